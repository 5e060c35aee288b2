import type { Fetch } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { endpoints } from '../../src/api/index.js';
import { clientOf, failure, fakeFetch, json, version } from '../fake-fetch.js';

const signBody = { payload: 'aGk=', signKeyName: 'k', signatureAlgorithm: 'SHA256_WITH_ECDSA' } as const;
const created = json({ signRequestId: '11111111-2222-4333-8444-555555555555' }, 201);
const keysOf = (seen: readonly { headers: Headers }[]) => seen.map((s) => s.headers.get('x-api-key'));

describe('a token function', () => {
  it('is asked once and once more after a 401', async () => {
    let asked = 0;
    const token = async () => `token-${++asked}`;
    const { fetch, seen } = fakeFetch(json(version), failure(617, 401), json(version));
    const client = clientOf(fetch, { auth: { type: 'token', token } });
    await client.service.version();
    await client.service.version();
    expect(seen.map((s) => s.headers.get('authorization'))).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
    expect(asked).toBe(2);
  });

  it('lets a create be repeated after a 401, which was not executed', async () => {
    let asked = 0;
    const { fetch, seen } = fakeFetch(failure(617, 401), created);
    const client = clientOf(fetch, { auth: { type: 'token', token: async () => `token-${++asked}` } });
    await client.sign.asynchronous(signBody);
    expect(seen).toHaveLength(2);
    expect(seen[1]?.body).toBe(seen[0]?.body);
  });

  it('is not asked for ever', async () => {
    let asked = 0;
    const { fetch, seen } = fakeFetch(failure(617, 401));
    const client = clientOf(fetch, { auth: { type: 'token', token: async () => `token-${++asked}` } });
    await expect(client.service.version()).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION' });
    expect(seen).toHaveLength(2);
  });

  it('is asked once for many calls at a time', async () => {
    let asked = 0;
    const { fetch } = fakeFetch(json(version));
    const client = clientOf(fetch, { auth: { type: 'token', token: async () => `token-${++asked}` } });
    await Promise.all([1, 2, 3].map(() => client.service.version()));
    expect(asked).toBe(1);
  });

  it.each([
    ['another token', 2, 0],
    ['the same token', 1, 64],
  ])('that gives %s after a 401 is asked once for all calls that were refused', async (_, last, refused) => {
    let asked = 0;
    const token = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return `token-${Math.min(++asked, last)}`;
    };
    const { fetch } = fakeFetch(({ headers }) =>
      headers.get('authorization') === 'Bearer token-1' ? failure(617, 401) : json(version),
    );
    // Refusals come one by one.
    let calls = 0;
    const later: Fetch = async (input, init) => {
      for (let turn = calls++ % 64; turn > 0; turn--) await new Promise((resolve) => setImmediate(resolve));
      return fetch(input, init);
    };
    const client = clientOf(later, { auth: { type: 'token', token } });
    const results = await Promise.allSettled(Array.from({ length: 64 }, () => client.service.version()));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(refused);
    expect(asked).toBe(2);
    // Whoever comes later, and is refused with the token of the second time, is worth a question of its own.
    if (last === 1) await client.service.version().catch(() => undefined);
    expect(asked).toBe(last === 1 ? 3 : 2);
  });

  it('that never answers delays nobody but the calls that waited for it', async () => {
    let asked = 0;
    const token = () => (++asked === 1 ? new Promise<string>(() => undefined) : 'good');
    const client = clientOf(fakeFetch(json(version)).fetch, { auth: { type: 'token', token } });
    await expect(client.service.version({ timeoutMs: 5 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    await client.service.version();
    expect(asked).toBe(2);
  });

  it('that failed once is asked again', async () => {
    let asked = 0;
    const token = async () => {
      if (++asked === 1) throw new Error('login server is down');
      return 'good';
    };
    const client = clientOf(fakeFetch(json(version)).fetch, { auth: { type: 'token', token } });
    await expect(client.service.version()).rejects.toThrow('login server is down');
    await client.service.version();
  });
});

describe('a basic login (`tsb-rest-api.md` §1.2: for a proxy in front of the TSB)', () => {
  const header = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  it('is sent beside the API key, in UTF-8', async () => {
    const { fetch, seen } = fakeFetch(json(version));
    const auth = { type: 'basic', username: 'jörg', password: 'p:ä' } as const;
    await clientOf(fetch, { auth, apiKeys: { service: 'srv' } }).service.version();
    expect(seen[0]?.headers.get('authorization')).toBe(header('jörg', 'p:ä'));
    expect(keysOf(seen)).toEqual(['srv']);
  });

  it('with a function for its password is renewed once after a 401', async () => {
    let asked = 0;
    const { fetch, seen } = fakeFetch(new Response('', { status: 401 }), json(version));
    const auth = { type: 'basic', username: 'u', password: () => `password-${++asked}` } as const;
    await clientOf(fetch, { auth }).service.version();
    expect(seen.map((s) => s.headers.get('authorization'))).toEqual([header('u', 'password-1'), header('u', 'password-2')]);
  });

  it.each([
    ['a colon in the user', 'a:b', 'p'],
    ['a line break', 'u', 'p\r\nX-Evil: 1'],
    ['no password', 'u', ''],
    ['no user', '', 'p'],
    ['a password that is no text', 'u', 7],
  ])('with %s is refused', (_, username, password) => {
    const auth = { type: 'basic', username, password: password as string } as const;
    expect(() => clientOf(fakeFetch(json({})).fetch, { auth })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });
});

describe('approvers log in inside the body', () => {
  const login = {
    timestamp: '2026-11-21T12:00:00Z',
    timestampSignature: 'AAAA',
    timestampDigestAlgorithm: 'SHA-256',
    approverPublicKey: 'AAAA',
  } as const;
  it.each([
    ['token', { type: 'token', token: 'secret' }, null],
    ['basic', { type: 'basic', username: 'u', password: 'p' }, 'Basic dTpw'],
  ] as const)('so that their calls carry with %s: %s', async (_, auth, expected) => {
    const { fetch, seen } = fakeFetch(json({ tasks: [] }));
    await clientOf(fetch, { auth }).call(endpoints.allTasks, login);
    expect(seen[0]?.headers.get('authorization')).toBe(expected);
  });
});

describe('API keys', () => {
  it('are sent by role', async () => {
    const { fetch, seen } = fakeFetch(json(version), created);
    const client = clientOf(fetch, { apiKeys: { service: 'srv', keyOperation: () => 'op' } });
    await client.service.version();
    await client.sign.asynchronous(signBody);
    expect(keysOf(seen)).toEqual(['srv', 'op']);
  });

  it('move on after 631, also for a create, and stay moved', async () => {
    const { fetch, seen } = fakeFetch(failure(631, 401), created, created);
    const client = clientOf(fetch, { apiKeys: { keyOperation: ['old', 'new'] } });
    await client.sign.asynchronous(signBody);
    await client.sign.asynchronous(signBody);
    expect(keysOf(seen)).toEqual(['old', 'new', 'new']);
    expect(seen[1]?.body).toBe(seen[0]?.body);
  });

  it('that are all refused end the call, and the next call starts over', async () => {
    const { fetch, seen } = fakeFetch(failure(631, 401));
    const client = clientOf(fetch, { apiKeys: { service: ['a', 'b'] } });
    for (const expected of [2, 4]) {
      await expect(client.service.version()).rejects.toMatchObject({
        code: 'ERR_AUTHENTICATION',
        details: { upstreamCode: 631 },
      });
      expect(seen).toHaveLength(expected);
    }
    expect(keysOf(seen)).toEqual(['a', 'b', 'a', 'b']);
  });

  it('do not move on for any other refusal', async () => {
    const { fetch, seen } = fakeFetch(failure(416, 401), json(version));
    const client = clientOf(fetch, { apiKeys: { service: ['a', 'b'] } });
    await expect(client.service.version()).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION' });
    await client.service.version();
    expect(keysOf(seen)).toEqual(['a', 'a']);
  });

  it('of concurrent calls move on once', async () => {
    const { fetch, seen } = fakeFetch((one) => (one.headers.get('x-api-key') === 'old' ? failure(631, 401) : json(version)));
    const client = clientOf(fetch, { apiKeys: { service: ['old', 'new', 'unused'] } });
    await Promise.all([1, 2, 3].map(() => client.service.version()));
    expect(keysOf(seen)).not.toContain('unused');
  });
});

describe('plain http (S40)', () => {
  const { fetch } = fakeFetch(json(version));

  it.each(['http://localhost:8080', 'http://127.0.0.1:1', 'http://[::1]:8080', 'http://tsb.localhost'])(
    'is fine to %s',
    async (url) => {
      await clientOf(fetch, { url, auth: { type: 'token', token: 't' } }).service.version();
    },
  );

  it.each([
    'http://tsb.example',
    'http://10.0.0.1',
    'http://127.0.0.1.example',
    'http://localhost.example',
    'http://[::ffff:8.8.8.8]',
  ])('to %s needs allowHttp', async (url) => {
    expect(() => clientOf(fetch, { url })).toThrow(expect.objectContaining({ code: 'ERR_ORIGIN_REFUSED' }));
    await clientOf(fetch, { url, allowHttp: true }).service.version();
  });

  it('to another machine never carries a credential', async () => {
    const options = { url: 'http://tsb.example', allowHttp: true };
    const refused = expect.objectContaining({ code: 'ERR_ORIGIN_REFUSED' });
    expect(() => clientOf(fetch, { ...options, auth: { type: 'token', token: 't' } })).toThrow(refused);
    expect(() => clientOf(fetch, { ...options, apiKeys: { service: 'x' } })).toThrow(refused);
    await expect(clientOf(fetch, options).keys.attributes('k', { password: 'pw' })).rejects.toMatchObject({
      code: 'ERR_ORIGIN_REFUSED',
    });
  });
});
