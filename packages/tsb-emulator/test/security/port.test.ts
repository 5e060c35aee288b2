import { request } from 'node:http';
import { endpoints } from '@securosys/tsb-client/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHostedFakeTsb } from '../../src/fake-tsb.js';
import { servedHosts } from '../../src/http/guards.js';
import { incomingOf } from '../../src/http/incoming.js';
import { routes } from '../../src/http/routes.js';
import { createFakeTsb, startTsbEmulator, type TsbEmulator } from '../../src/index.js';

let emulator: TsbEmulator;
beforeAll(async () => {
  emulator = await startTsbEmulator({ banner: () => undefined });
});
afterAll(() => emulator.close());

interface Raw {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A call with exactly these headers, as only node:http lets one make. */
function raw({ method = 'GET', path = '/v1/versionInfo', headers = {}, body }: Raw): Promise<{ status: number; text: string }> {
  const { hostname, port, host } = new URL(emulator.url);
  return new Promise((resolve, reject) => {
    const sent = { host, authorization: `Bearer ${emulator.token}`, ...headers };
    const call = request({ hostname, port, method, path, headers: sent, setHost: false }, (answer) => {
      let text = '';
      answer.on('data', (part) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

const statusOf = async (options: Raw) => (await raw(options)).status;

describe('the port (S36)', () => {
  it('answers a caller with the token', async () => expect(await statusOf({})).toBe(200));

  it('makes a random token for each instance', () => {
    const tokens = new Set(Array.from({ length: 20 }, () => createFakeTsb().token));
    expect(tokens.size).toBe(20);
    for (const token of tokens) expect(token.length).toBeGreaterThanOrEqual(43); // 256 bits
  });

  it.each([
    ['no token', { authorization: '' }, 406],
    ['a wrong token', { authorization: 'Bearer wrong' }, 617],
    ['another scheme', { authorization: 'Basic eDp5' }, 406],
  ])('refuses %s with 401', async (_, headers, errorCode) => {
    const answer = await raw({ headers });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.text)).toMatchObject({ errorCode });
  });

  it.each(['tsb.example.org', 'attacker.example:80', '127.0.0.1', 'localhost:1', '[::1]:1', '169.254.169.254', 'a b', ''])(
    'refuses the rebound Host %j',
    async (host) => expect(await statusOf({ headers: { host } })).toBeGreaterThanOrEqual(400),
  );

  it('answers the rebound Host with 403, even with the right token', async () => {
    expect(await statusOf({ headers: { host: 'attacker.example' } })).toBe(403);
  });

  it('takes localhost with its port', async () => {
    expect(await statusOf({ headers: { host: `localhost:${new URL(emulator.url).port}` } })).toBe(200);
  });

  it.each([
    ['http', '127.0.0.1:80', 'http://127.0.0.1'],
    ['https', '[::1]:443', 'https://[::1]'],
    ['https', 'TSB.example:443', 'https://tsb.example'],
  ] as const)('over %s, %s may be asked for without its port', async (scheme, authority, url) => {
    const { exchange } = createHostedFakeTsb({ token: 't' }, servedHosts(scheme, [authority]));
    const ask = async (at: string, headers: Record<string, string>) =>
      (await exchange(incomingOf(new Request(`${at}/v1/key`, { headers: { authorization: 'Bearer t', ...headers } })))).status;
    expect(await ask(url, {})).toBe(200);
    expect(await ask(url, { host: authority })).toBe(200);
    expect(await ask(`${url}:8080`, {})).toBe(403);
    expect(() => servedHosts(scheme, ['a b'])).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it.each(['https://attacker.example', 'null', 'http://localhost'])('refuses the Origin %s', async (origin) => {
    expect(await statusOf({ headers: { origin } })).toBe(403);
    expect(await statusOf({ headers: { origin: emulator.url } })).toBe(403);
  });

  it('grants no web page anything in a preflight', async () => {
    const answer = await raw({ method: 'OPTIONS', headers: { origin: 'https://attacker.example' } });
    expect(answer.status).toBe(403);
  });

  it.each([
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/jsonp',
    'application/json; charset=utf-16',
    '',
  ])('refuses a body of type %j', async (type) => {
    const headers: Record<string, string> = { 'content-type': type };
    const status = await statusOf({ method: 'POST', path: '/v1/key/attributes', headers, body: '{"label":"k"}' });
    expect(status).toBe(415);
  });

  it('takes JSON, with a charset or without', async () => {
    for (const type of ['application/json', 'application/json; charset=utf-8']) {
      const headers = { 'content-type': type };
      expect(await statusOf({ method: 'POST', path: '/v1/key/attributes', headers, body: '{"label":"k"}' })).toBe(404);
    }
  });

  it('refuses a body over the limit, declared or not', async () => {
    const small = await startTsbEmulator({ banner: () => undefined, maxBodyBytes: 1000 });
    try {
      const headers = { authorization: `Bearer ${small.token}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ label: 'x'.repeat(1000) });
      const declared = await fetch(`${small.url}/v1/key/attributes`, { method: 'POST', headers, body });
      expect(declared.status).toBe(413);
      const stream = new Response(body).body;
      const undeclared = await fetch(`${small.url}/v1/key/attributes`, { method: 'POST', headers, body: stream, duplex: 'half' });
      expect(undeclared.status).toBe(413);
    } finally {
      await small.close();
    }
  });

  it('has no call for the clock, faults or anything else that a TSB does not have', () => {
    const contract = new Set(Object.values(endpoints).map(({ path }) => path as string));
    for (const { path } of routes) {
      expect(contract).toContain(path);
      expect(path).not.toMatch(/clock|tick|fault|private|debug|admin|emulat|control/i);
    }
  });

  it.each(['/v1/key/export/secret', '/v1/tick', '/v1/faults', '/v1/clock', '/faults', '/__emulator/clock'])(
    'serves nothing at %s',
    async (path) => {
      const headers = { 'content-type': 'application/json' };
      expect([400, 404]).toContain(await statusOf({ method: 'POST', path, headers, body: '{"label":"k"}' }));
    },
  );

  it('gives no private key away in any answer about a key', async () => {
    const key = await emulator.tsb.addKey({
      label: 'secret',
      spec: 'ec-p256',
      attributes: { extractable: true, sensitive: false },
    });
    const headers = { 'content-type': 'application/json' };
    const { text } = await raw({ method: 'POST', path: '/v1/key/attributes', headers, body: '{"label":"secret"}' });
    expect(text).toContain(Buffer.from(key.spki).toString('base64'));
    expect(text).not.toMatch(/privateKey|PRIVATE KEY/);
  });

  it('takes no absolute request target', async () => {
    expect(await statusOf({ path: 'http://attacker.example/v1/versionInfo' })).toBe(403);
  });
});
