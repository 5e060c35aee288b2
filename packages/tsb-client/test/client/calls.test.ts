import { SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { endpoints } from '../../src/api/index.js';
import { clientOf, failure, fakeFetch, json, networkError, version } from '../fake-fetch.js';

const signBody = { payload: 'aGk=', signKeyName: 'k', signatureAlgorithm: 'SHA256_WITH_ECDSA' } as const;
const id = '11111111-2222-4333-8444-555555555555';

const codeOf = async (work: Promise<unknown>): Promise<SignError> => {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!SignError.is(error)) throw new Error(`expected a SignError, got ${String(error)}`);
  return error;
};

describe('the base URL', () => {
  it.each(['https://tsb.example', 'https://tsb.example/', 'https://tsb.example/v1', 'https://tsb.example/v1/'])(
    'reaches the same endpoint from %s',
    async (url) => {
      const { fetch, seen } = fakeFetch(json(version));
      await clientOf(fetch, { url }).service.version();
      expect(seen[0]?.url).toBe('https://tsb.example/v1/versionInfo');
    },
  );

  it('keeps a path of a proxy', async () => {
    const { fetch, seen } = fakeFetch(json(version));
    await clientOf(fetch, { url: 'https://proxy.example/tsb/v1/' }).service.version();
    expect(seen[0]?.url).toBe('https://proxy.example/tsb/v1/versionInfo');
  });

  it.each(['nonsense', 'ftp://tsb.example', 'https://user:pw@tsb.example', 'https://tsb.example/?a=1'])('refuses %s', (url) => {
    expect(() => clientOf(fakeFetch(json({})).fetch, { url })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});

describe('options', () => {
  it('that do not exist are refused', () => {
    expect(() => clientOf(fakeFetch(json({})).fetch, { tiemoutMs: 3 } as object)).toThrow(/tiemoutMs/);
    expect(() => clientOf(fakeFetch(json({})).fetch, { apiKeys: { approvers: 'x' } as object })).toThrow(/approvers/);
  });

  it('of a call that do not exist are refused', async () => {
    const client = clientOf(fakeFetch(json(version)).fetch);
    expect((await codeOf(client.service.version({ timeout: 3 } as object))).code).toBe('ERR_INVALID_ARGUMENT');
  });
});

describe('answers', () => {
  it('that are no JSON are ERR_PROTOCOL with the status', async () => {
    const page = new Response('<html>sign in</html>', { status: 200 });
    const error = await codeOf(clientOf(fakeFetch(page).fetch).service.version());
    expect(error).toMatchObject({ code: 'ERR_PROTOCOL', details: { status: 200 } });
  });

  it('that are the page of another server are ERR_PROTOCOL', async () => {
    const page = new Response('<html>not found</html>', { status: 404 });
    expect(await codeOf(clientOf(fakeFetch(page).fetch).service.version())).toMatchObject({
      code: 'ERR_PROTOCOL',
      details: { status: 404 },
    });
  });

  it('with a duplicate member are refused', async () => {
    const twice = new Response('{"Version":"1","Version":"2"}');
    expect((await codeOf(clientOf(fakeFetch(twice).fetch).service.version())).code).toBe('ERR_PROTOCOL');
  });

  it('of a wrong type name the path and never the value', async () => {
    const error = await codeOf(clientOf(fakeFetch(json({ Version: { secret: 'sentinel' } })).fetch).service.version());
    expect(error.message).toContain('Version');
    expect(error.message).not.toContain('sentinel');
  });

  it('over the limit are cut off', async () => {
    const big = json({ Version: 'x'.repeat(2000) });
    const error = await codeOf(clientOf(fakeFetch(big).fetch, { maxResponseBytes: 1000 }).service.version());
    expect(error.code).toBe('ERR_LIMIT');
  });

  it('with members we do not know pass', async () => {
    const { fetch } = fakeFetch(json({ ...version, Build: { a: [1] } }));
    expect(await clientOf(fetch).service.version()).toMatchObject(version);
  });

  it.each([
    [650, 404, 'ERR_KEY_NOT_FOUND'],
    [608, 409, 'ERR_KEY_EXISTS'],
    [608, 400, 'ERR_KEY_EXISTS'],
    [614, 403, 'ERR_KEY_NOT_USABLE'],
    [607, 400, 'ERR_ALGORITHM_UNSUPPORTED'],
    [617, 401, 'ERR_AUTHENTICATION'],
    [701, 500, 'ERR_REQUEST_FAILED'],
  ])('%d with HTTP %d are %s', async (errorCode, status, code) => {
    const { fetch } = fakeFetch(failure(errorCode, status, 'res.error.some', 'text'));
    const error = await codeOf(clientOf(fetch).keys.attributes('k'));
    expect(error).toMatchObject({ code, details: { status, upstreamCode: errorCode, upstreamName: 'res.error.some' } });
  });

  it('that fail show the text of the server without control characters', async () => {
    const { fetch } = fakeFetch(failure(650, 404, 'res.error.key.not.existent', 'gone \u001b[2J\u202e'));
    const error = await codeOf(clientOf(fetch).keys.attributes('k'));
    expect(error.message).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('repetition', () => {
  it.each(['ECONNRESET', 'ECONNREFUSED', 'UND_ERR_SOCKET'])('of a read after %s is bounded', async (code) => {
    const { fetch, seen } = fakeFetch(networkError(code));
    expect((await codeOf(clientOf(fetch).service.version())).code).toBe('ERR_NETWORK');
    expect(seen).toHaveLength(3);
  });

  it('of a read after a 503 gets through', async () => {
    const { fetch, seen } = fakeFetch(new Response('busy', { status: 503 }), json(version));
    expect(await clientOf(fetch).service.version()).toMatchObject(version);
    expect(seen).toHaveLength(2);
  });

  it.each(['ECONNRESET', 'UND_ERR_SOCKET', 'EPIPE'])(
    'of a create after %s never happens: the outcome is unknown',
    async (code) => {
      const { fetch, seen } = fakeFetch(networkError(code));
      expect((await codeOf(clientOf(fetch).sign.asynchronous(signBody))).code).toBe('ERR_OUTCOME_UNKNOWN');
      expect(seen).toHaveLength(1);
    },
  );

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT'])(
    'of a create after %s, when the server saw nothing, is bounded, and leaves nothing unknown',
    async (code) => {
      const { fetch, seen } = fakeFetch(networkError(code));
      expect((await codeOf(clientOf(fetch).sign.asynchronous(signBody))).code).toBe('ERR_NETWORK');
      expect(seen).toHaveLength(3);
    },
  );

  it.each(['ERR_TLS_CERT_ALTNAME_INVALID', 'SELF_SIGNED_CERT_IN_CHAIN', 'CERT_HAS_EXPIRED'])(
    'of anything after %s never happens: it mends nothing',
    async (code) => {
      const { fetch, seen } = fakeFetch(networkError(code));
      const client = clientOf(fetch);
      for (const call of [client.sign.asynchronous(signBody), client.service.version()])
        expect(await codeOf(call)).toMatchObject({ code: 'ERR_NETWORK', retryable: false, details: { names: [code] } });
      expect(seen).toHaveLength(2);
    },
  );

  it.each([
    ['a page instead of an id', new Response('<html>', { status: 201 })],
    ['a gateway timeout', new Response('late', { status: 504 })],
    ['an undefined failure', json({ message: 'oops' }, 500)],
    ['a technical failure', failure(1, 500)],
    ['an answer without the id', json({ requestId: id }, 201)],
  ])('after %s the outcome of a create is unknown', async (_, answer) => {
    const { fetch, seen } = fakeFetch(answer);
    expect((await codeOf(clientOf(fetch).sign.asynchronous(signBody))).code).toBe('ERR_OUTCOME_UNKNOWN');
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['600', failure(600, 400), 'ERR_INVALID_ARGUMENT'],
    ['701', failure(701, 500), 'ERR_REQUEST_FAILED'],
    ['429', new Response('', { status: 429 }), 'ERR_RATE_LIMITED'],
  ])('after %s nothing was created', async (_, answer, code) => {
    const { fetch } = fakeFetch(answer);
    expect((await codeOf(clientOf(fetch).sign.asynchronous(signBody))).code).toBe(code);
  });

  it('of a synchronous signature is left to the caller, who loses nothing', async () => {
    const { fetch, seen } = fakeFetch(networkError('ECONNRESET'));
    expect(await codeOf(clientOf(fetch).sign.synchronous(signBody))).toMatchObject({ code: 'ERR_NETWORK', retryable: true });
    expect(seen).toHaveLength(1);
  });
});

describe('waiting', () => {
  const silent = () => new Promise<Response>(() => undefined);

  it('ends with ERR_TIMEOUT, even when the transport ignores its signal', async () => {
    expect((await codeOf(clientOf(fakeFetch(silent).fetch).service.version({ timeoutMs: 20 }))).code).toBe('ERR_TIMEOUT');
  });

  it('for a create ends with ERR_OUTCOME_UNKNOWN', async () => {
    const call = clientOf(fakeFetch(silent).fetch).sign.asynchronous(signBody, { timeoutMs: 20 });
    expect((await codeOf(call)).code).toBe('ERR_OUTCOME_UNKNOWN');
  });

  it('ends with the reason of an abort, unchanged', async () => {
    const reason = new Error('enough');
    const abort = new AbortController();
    const call = clientOf(fakeFetch(silent).fetch).sign.asynchronous(signBody, { signal: abort.signal });
    abort.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  it('includes the body', async () => {
    const endless = () => new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }));
    expect((await codeOf(clientOf(fakeFetch(endless).fetch).service.version({ timeoutMs: 20 }))).code).toBe('ERR_TIMEOUT');
  });
});

describe('paths', () => {
  it('hold labels percent-encoded', async () => {
    const { fetch, seen } = fakeFetch(json({}));
    await clientOf(fetch).certificates.get('a/b ?#');
    expect(seen[0]?.url).toBe('https://tsb.example/v1/certificate/a%2Fb%20%3F%23');
  });

  it.each(['.', '..', ''])('refuse the label %j, which would be another path', async (label) => {
    const { fetch, seen } = fakeFetch(json({}));
    expect((await codeOf(clientOf(fetch).certificates.get(label))).code).toBe('ERR_INVALID_ARGUMENT');
    expect(seen).toHaveLength(0);
  });
});

describe('requests', () => {
  it('that are gone are ERR_REQUEST_NOT_FOUND with their id', async () => {
    const error = await codeOf(clientOf(fakeFetch(failure(651, 404)).fetch).requests.get(id));
    expect(error).toMatchObject({ code: 'ERR_REQUEST_NOT_FOUND', details: { requestId: id } });
  });

  it('that are gone cancel without an error', async () => {
    await clientOf(fakeFetch(failure(651, 404)).fetch).requests.cancel(id);
  });

  it('filter over all states by default', async () => {
    const { fetch, seen } = fakeFetch(json({ requests: [{ id, status: 'PENDING' }] }));
    expect(await clientOf(fetch).requests.filter()).toMatchObject([{ id, status: 'PENDING' }]);
    const asked = seen[0]?.json as { requestStatusList: string[] };
    expect([...asked.requestStatusList].sort()).toEqual(
      ['APPROVED', 'CANCELLED', 'EXECUTED', 'EXPIRED', 'FAILED', 'PENDING', 'REJECTED'].sort(),
    );
  });

  it('in a state we do not know are not acted on', async () => {
    const odd = json({ id, status: 'PAUSED' });
    expect((await codeOf(clientOf(fakeFetch(odd).fetch).requests.get(id))).code).toBe('ERR_PROTOCOL');
  });
});

it('the low-level call refuses a body that the contract does not have, before sending', async () => {
  const { fetch, seen } = fakeFetch(json({}));
  const body = { requestStatusList: ['PENDING'], extra: 1 };
  const error = await codeOf(clientOf(fetch).call(endpoints.filteredRequests, body as never));
  expect(error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  expect(error.message).toContain('extra');
  expect(seen).toHaveLength(0);
});
