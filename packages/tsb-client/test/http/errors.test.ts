import { type AddressInfo, createServer } from 'node:net';
import { SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { tsbErrors } from '../../src/api/index.js';
import { createTsbClient } from '../../src/index.js';
import { clientOf, failure, fakeFetch, json, quickClock } from '../fake-fetch.js';
import { listen } from '../security/servers.js';

const id = '11111111-2222-4333-8444-555555555555';
const errorOf = async (work: Promise<unknown>): Promise<SignError> => {
  const error: unknown = await work.catch((e: unknown) => e);
  if (!SignError.is(error)) throw new Error(`expected a SignError, got ${String(error)}`);
  return error;
};

/** The table of `tsb-rest-api.md` §2.1, copied from there and not from our sources: code, reason, HTTP status. */
const table = `1 technical 500|2 connectivity 500|100 impl 500|101 not.implemented 501|102 operation.unreachable 500|103 general 500
|200 init 500|300 config.not.existent 500|301 config.not.valid 500|302 invalid.config.input 500|400 security.not.allowed 403
|401 missing.approval 403|401 missing.approval 400|402 invalid.certificate 400|403 input.invalid.signature 403|404 input.timestamp.off 403
|405 timestamp.signer.not.allowed 403|406 missing.access.token 401|407 parsing.key 400|408 reading.pem 400|409 parsing.certificate 400
|410 decrypt.failed 400|411 invalid.certificate.request 400|412 invalid.onetimepassword 403|413 approver.not.existent 404
|414 approver.not.onboarded 400|415 request.signer.not.allowed 403|416 missing.api.key 401|450 client.subscription 403
|451 client.endpoint.not.licensed 403|500 data.invalid.constellation 500|501 invalid.value.for.enum 400|600 input.validation.failed 400
|601 unsupported.approver.key.type 400|602 unsupported.combination.of.approval.types 400|603 input.keysize 400
|604 input.no.name.for.certificate.approver 400|605 unsupported.cryptocurrency 400|606 key.attributes.invalid 400
|607 algorithm.not.supported.by.key 400|608 key.already.existing 409|608 key.already.existing 400|609 invalid.uuid 400
|610 invalid.key.name 400|611 unsupported.operation 400|612 invalid.payload 400|613 invalid.key.type 400
|614 operation.forbidden.for.key 403|615 data.object.already.existing 409|616 data.object.invalid.value 400|617 invalid.access.token 401
|618 insufficient.login.information 401|619 invalid.number.range 400|620 key.password.mismatch 403|621 invalid.json 400
|623 invalid.file.header 400|624 key.invalid.tagLength 400|625 key.invalid.encoding 400|626 certificate.invalid.encoding 400
|627 invalid.key.id 400|628 csr.invalid.format 400|629 unsupported.cipher 400|630 invalid.address.on.non.ska.key 400|631 invalid.api.key 401
|632 approver.already.existing 409|633 input.no.value.for.approver.mgmt 400|634 derivation.not.supported.by.algorithm 400
|635 encoding.exception 400|650 key.not.existent 404|651 request.not.existent 404|652 task.not.existent 404|653 data.object.not.existent 404
|654 approver.not.existent 404|700 in.subystem 500|701 in.hsm 500|702 creation.integrity.key 500|703 io 500|704 file.not.found 500`;
const rows = table
  .replaceAll('\n', '')
  .split('|')
  .map((row) => row.split(' '))
  .map(([code, reason, status]) => ({ code: Number(code), reason: `res.error.${reason}`, status: Number(status) }));

/** What a caller does next, by the first digit of what is wrong: these may succeed later without any change. */
const comeBack = new Set(['ERR_UNAVAILABLE', 'ERR_RATE_LIMITED', 'ERR_TIMEOUT']);

describe('every error of the API is one error of ours', () => {
  it.each(rows)('$code $reason with HTTP $status', async ({ code, reason, status }) => {
    const { fetch } = fakeFetch(failure(code, status, reason, 'some text'));
    const client = clientOf(fetch, { retries: 0 });
    const error = await errorOf(client.requests.filter());
    const facts = tsbErrors.get(code);
    expect(facts?.reason).toBe(reason);
    expect(error.code).toBe(facts?.meaning);
    expect(error.details).toMatchObject({ status, upstreamCode: code, upstreamName: reason });
    expect(error.retryable).toBe(comeBack.has(error.code));
    expect(error.message).toContain('some text');
    const about = await errorOf(client.requests.get(id));
    expect(about.details).toMatchObject({ requestId: id, status, upstreamCode: code });
  });

  it('and the table has no other', () => {
    expect([...tsbErrors.keys()].sort((a, b) => a - b)).toEqual([...new Set(rows.map(({ code }) => code))].sort((a, b) => a - b));
  });

  it.each([
    [416, 401, 'ERR_AUTHENTICATION'],
    [631, 401, 'ERR_AUTHENTICATION'],
    [614, 403, 'ERR_KEY_NOT_USABLE'],
    [450, 403, 'ERR_FORBIDDEN'],
    [651, 404, 'ERR_REQUEST_NOT_FOUND'],
    [701, 500, 'ERR_REQUEST_FAILED'],
  ])('%d with HTTP %d means %s', async (code, status, meaning) => {
    const { fetch } = fakeFetch(failure(code, status));
    expect((await errorOf(clientOf(fetch, { retries: 0 }).service.version())).code).toBe(meaning);
  });

  it.each([
    [418, 'ERR_PROTOCOL'],
    [400, 'ERR_INVALID_ARGUMENT'],
    [404, 'ERR_NOT_FOUND'],
    [500, 'ERR_UNAVAILABLE'],
    [599, 'ERR_UNAVAILABLE'],
  ])('a number of the future with HTTP %d means %s', async (status, meaning) => {
    const { fetch } = fakeFetch(failure(799, status, 'res.error.of.the.future'));
    const error = await errorOf(clientOf(fetch, { retries: 0 }).service.version());
    expect(error).toMatchObject({ code: meaning, details: { status, upstreamCode: 799 } });
  });
});

describe('what is no answer of a TSB is typed too:', () => {
  const page = '<!doctype html><title>Sign in</title>';
  it.each<[string, Response, string]>([
    ['a page with HTTP 200', new Response(page), 'ERR_PROTOCOL'],
    ['an empty body with HTTP 200', new Response(''), 'ERR_PROTOCOL'],
    ['a page with HTTP 401', new Response(page, { status: 401 }), 'ERR_AUTHENTICATION'],
    ['an empty body with HTTP 401', new Response(null, { status: 401 }), 'ERR_AUTHENTICATION'],
    ['a page with HTTP 403', new Response(page, { status: 403 }), 'ERR_FORBIDDEN'],
    ['a page with HTTP 404', new Response(page, { status: 404 }), 'ERR_PROTOCOL'],
    ['a page with HTTP 407', new Response(page, { status: 407 }), 'ERR_PROTOCOL'],
    ['an empty body with HTTP 429', new Response('', { status: 429 }), 'ERR_RATE_LIMITED'],
    ['a page with HTTP 502', new Response(page, { status: 502 }), 'ERR_UNAVAILABLE'],
    ['a list with HTTP 500', json([], 500), 'ERR_PROTOCOL'],
    ['no status of success', new Response(null, { status: 205 }), 'ERR_PROTOCOL'],
    ['invalid UTF-8', new Response(Uint8Array.of(0x22, 0xff, 0x22)), 'ERR_PROTOCOL'],
    ['half a document', new Response('{"Version":"2'), 'ERR_PROTOCOL'],
    ['deep nesting', new Response('['.repeat(5000)), 'ERR_LIMIT'],
    ['many values', new Response(`[${'0,'.repeat(100_001)}0]`), 'ERR_LIMIT'],
    ['a body over the limit', new Response('x'.repeat(300_000)), 'ERR_LIMIT'],
  ])('%s', async (_, response, code) => {
    const { fetch } = fakeFetch(response);
    const error = await errorOf(clientOf(fetch, { retries: 0, maxResponseBytes: 250_000 }).service.version());
    expect(error.code).toBe(code);
    if (code !== 'ERR_LIMIT') expect(error.details.status).toBe(response.status);
    expect(error.message).not.toContain('<');
  });

  it.each(['AAA', 'AA==A', 'A A=', '%%%%', 'AAB=', '-_-_'])('the signature %j, which is no base64', async (signature) => {
    const body = { payload: 'aGk=', signKeyName: 'k', signatureAlgorithm: 'EDDSA' } as const;
    const error = await errorOf(clientOf(fakeFetch(json({ signature })).fetch).sign.synchronous(body));
    expect(error.code).toBe('ERR_PROTOCOL');
  });
});

describe('a clock that is off (404 res.error.input.timestamp.off)', () => {
  const off = (date?: string) =>
    new Response(JSON.stringify({ errorCode: 404, reason: 'res.error.input.timestamp.off', message: 'timestamp' }), {
      status: 403,
      headers: date === undefined ? {} : { date },
    });
  it.each([
    ['Sat, 21 Nov 2026 12:05:12 GMT', 312, 'the clock of the TSB is 312 s ahead of that of this machine'],
    ['Sat, 21 Nov 2026 11:59:00 GMT', -60, 'the clock of the TSB is 60 s behind that of this machine'],
    ['yesterday', undefined, 'compare the clock of this machine with that of the TSB'],
    [undefined, undefined, 'compare the clock of this machine with that of the TSB'],
  ])('is measured by the date of the answer: %s', async (date, clockAheadSeconds, hint) => {
    const error = await errorOf(clientOf(fakeFetch(off(date)).fetch, { clock: quickClock }).service.version());
    expect(error).toMatchObject({ code: 'ERR_AUTHENTICATION', details: { status: 403, upstreamCode: 404 } });
    expect(error.details.clockAheadSeconds).toBe(clockAheadSeconds);
    expect(error.message).toContain(hint);
  });
});

/** A client whose calls usually have as much time as this one, and one whose calls have more. */
it.concurrent.each([{ timeoutMs: 100 }, {}])(
  'a call whose time is up gives its connection back (client with %o)',
  async (options) => {
    // Loaded beforehand: a call whose time is up while it gets ready does not connect at all.
    await import('undici');
    const server = createServer();
    const gone = new Promise((resolve) =>
      server.on('connection', (socket) => socket.resume().on('error', resolve).on('close', resolve)),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = createTsbClient({ url: `http://127.0.0.1:${port}`, auth: { type: 'none' }, retries: 0, ...options });
    expect((await errorOf(client.service.version({ timeoutMs: 100 }))).code).toBe('ERR_TIMEOUT');
    await gone;
    await client.close();
    server.close();
  },
);

it('an abort by the caller closes the connection at once, and the error is its reason', async () => {
  const tsb = await listen(() => ({ status: 200, headers: { 'content-length': '100' }, body: '{' }));
  const client = createTsbClient({ url: tsb.url, auth: { type: 'none' } });
  const abort = new AbortController();
  const call = client.service.version({ signal: abort.signal });
  setTimeout(() => abort.abort(new Error('enough')), 20);
  await expect(call).rejects.toThrow('enough');
  await client.close();
  await tsb.close();
});
