import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { base64Text, utf8Bytes } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { endpoints } from '../src/api/index.js';
import { applicationKeyFromPrivateKey, createTsbBackend, createTsbClient } from '../src/index.js';
import { clientOf, failure, fakeFetch, json, routes, version } from './fake-fetch.js';

const id = '11111111-2222-4333-8444-555555555555';
const attributes = json({ json: { label: 'k', algorithm: 'EC', attributes: {} } });

/**
 * `tsb-rest-api.md` §9: what users of other clients ran into. Theirs about TLS (no verification, the client's certificate as a root)
 * are held in `http/tls.test.ts`, those about approvers in `approver/`.
 */
describe('mistakes of other clients', () => {
  it('an empty password array is never sent (vault plugin 1.0.1, notation plugin 1.1.0)', async () => {
    const { fetch, seen } = fakeFetch(attributes);
    const client = clientOf(fetch);
    await client.keys.attributes('k');
    expect(seen[0]?.json).toEqual({ label: 'k' });
    await expect(client.keys.attributes('k', { password: '' })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(seen).toHaveLength(1);
  });

  it('a password outside ASCII is not split by bytes (Go client)', async () => {
    const { fetch, seen } = fakeFetch(attributes);
    await clientOf(fetch).keys.attributes('k', { password: 'ü€' });
    expect(seen[0]?.json).toEqual({ label: 'k', password: ['ü', '€'] });
  });

  it('a password is an array with one element per UTF-16 code unit, never a text of such an array (Fireblocks agent)', async () => {
    const { fetch, seen } = fakeFetch(attributes);
    await clientOf(fetch).keys.attributes('k', { password: 'a, \u{1f511}' });
    expect(seen[0]?.body).toBe(String.raw`{"label":"k","password":["a",","," ","\ud83d","\udd11"]}`);
  });

  it('a label or a payload stays what it is, whatever it holds (Go client, encryption plugin: JSON by concatenation)', async () => {
    const { fetch, seen } = fakeFetch(attributes);
    const client = clientOf(fetch);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (label) => {
        await client.keys.attributes(label);
        expect(seen.at(-1)?.json).toEqual({ label });
      }),
      { numRuns: 50, examples: [['","password":["x"],"b":"'], ['\\'], ['\u2028']] },
    );
  });

  it('a list of key usages stays a list (Go client: ["A,B"])', async () => {
    const { fetch, seen } = fakeFetch(json({ label: 'k', certificateSigningRequest: 'x' }));
    const usages = {
      keyUsage: ['DIGITAL_SIGNATURE', 'CONTENT_COMMITMENT'],
      extendedKeyUsage: ['CODE_SIGNING', 'TIME_STAMPING'],
    } as const;
    const names = {
      signKeyName: 'k',
      signatureAlgorithm: 'SHA256_WITH_RSA',
      standardCertificateAttributes: { commonName: 'x' },
    } as const;
    await clientOf(fetch)
      .call(endpoints.synchronousCsr, { ...names, ...usages })
      .catch(() => undefined);
    expect(seen[0]?.json).toMatchObject(usages);
    const joined = { ...names, keyUsage: ['DIGITAL_SIGNATURE,CONTENT_COMMITMENT' as 'DIGITAL_SIGNATURE'] };
    await expect(clientOf(fetch).call(endpoints.synchronousCsr, joined)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('a server that is silent is given up after half a minute (Go client: never)', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const call = clientOf(fakeFetch(() => new Promise<never>(() => undefined)).fetch).service.version();
      const ended = expect(call).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
      await vi.advanceTimersByTimeAsync(29_999);
      expect(vi.getTimerCount()).toBe(1);
      await vi.advanceTimersByTimeAsync(1);
      await ended;
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('calls after one another share a connection (Go client: a transport for each request)', async () => {
    let connections = 0;
    const server = createServer((_, response) => response.end(JSON.stringify(version))).on('connection', () => connections++);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = createTsbClient({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      auth: { type: 'none' },
    });
    for (let calls = 0; calls < 10; calls++) await client.service.version();
    await client.close();
    server.close();
    // The next call may come before the connection of the last one is free again.
    expect(connections).toBeLessThanOrEqual(2);
  });

  it('an application signs with EC as well as RSA, and a key that fails is an error (Go client: RSA, errors ignored)', async () => {
    const { fetch, seen } = fakeFetch(json({ signRequestId: id }, 201));
    const request = { payload: 'aGk=', signKeyName: 'k', signatureAlgorithm: 'EDDSA' } as const;
    const applicationKey = applicationKeyFromPrivateKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    await clientOf(fetch, { applicationKey }).sign.asynchronous(request);
    expect(seen[0]?.json).toMatchObject({ requestSignature: { digestAlgorithm: 'SHA-256' } });
    const broken = { ...applicationKey, sign: () => Promise.reject(new Error('no session')) };
    await expect(clientOf(fetch, { applicationKey: broken }).sign.asynchronous(request)).rejects.toThrow('no session');
    expect(seen).toHaveLength(1);
  });

  it('a repeated request still has its body (Go client: the reader was consumed)', async () => {
    const { fetch, seen } = fakeFetch(failure(631, 401), attributes);
    await clientOf(fetch, { apiKeys: { keyManagement: ['old', 'new'] } }).keys.attributes('k');
    expect(seen.map((one) => one.body)).toEqual(['{"label":"k"}', '{"label":"k"}']);
  });

  it.each(['<html>login</html>', '{}', '[]', '', '{"errorCode":"631"}'])(
    'a 401 with the body %j is a typed error, not a crash',
    async (body) => {
      const { fetch } = fakeFetch(new Response(body, { status: 401 }));
      const call = clientOf(fetch, { apiKeys: { service: ['a', 'b'] } }).service.version();
      await expect(call).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION', details: { status: 401 } });
    },
  );

  it('the list of API keys is walked again later, after all of them were refused once', async () => {
    const answers = [failure(631, 401), failure(631, 401), json(version)];
    const { fetch, seen } = fakeFetch(...answers);
    const client = clientOf(fetch, { apiKeys: { service: ['a', 'b'] } });
    await expect(client.service.version()).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION' });
    await client.service.version();
    expect(seen).toHaveLength(3);
  });

  it('importing a certificate sends JSON that parses', async () => {
    const { fetch, seen } = fakeFetch(json({ label: 'k' }));
    await clientOf(fetch).certificates.import('k', Uint8Array.of(0x30, 0));
    expect(seen[0]?.json).toEqual({ label: 'k', certificate: 'MAA=' });
  });

  it('a key with an id or without any optional member is read', async () => {
    const { fetch } = fakeFetch(json({ json: { label: 'k', id: '00ff', algorithm: 'EC', attributes: {} } }), attributes);
    const client = clientOf(fetch);
    expect((await client.keys.attributes('k')).json.id).toBe('00ff');
    expect((await client.keys.attributes('k')).json.id).toBeUndefined();
  });

  it('a key without a policy, or with rules that are missing, is read (Go client: nil dereference)', async () => {
    const withPolicy = (policy: unknown) => json({ json: { label: 'k', algorithm: 'EC', attributes: {}, policy } });
    const client = clientOf(fakeFetch(withPolicy(null), withPolicy({ ruleUse: null })).fetch);
    expect((await client.keys.attributes('k')).json.policy).toBeNull();
    expect((await client.keys.attributes('k')).json.policy).toBeDefined();
  });

  it('callers need not match texts: a missing key has a code', async () => {
    const { fetch } = fakeFetch(failure(650, 404, 'res.error.key.not.existent', 'Key does not exist'));
    await expect(clientOf(fetch).keys.attributes('k')).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
  });

  it('APPROVED, while a time lock runs, is no failure and no end', async () => {
    const { fetch } = fakeFetch(
      json({ id, status: 'APPROVED', executionTime: null, approvedBy: [], notYetApprovedBy: [], rejectedBy: [] }),
    );
    const backend = createTsbBackend({ client: clientOf(fetch) });
    expect((await backend.poll(id)).status).toBe('approved');
  });

  it('a certificate is read from either member, as PEM or bare base64', async () => {
    const body = base64Text(Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05));
    const pem = `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
    const answers = [json({ label: 'k', certificate: pem }), json({ rawCertificate: body }), json({ certificate: pem + pem })];
    const client = clientOf(fakeFetch(...answers).fetch);
    const lengths = [];
    for (const _ of answers) lengths.push((await client.certificates.get('k')).map((der) => der.byteLength));
    expect(lengths).toEqual([[5], [5], [5, 5]]);
  });

  it('a certificate that is not DER is refused', async () => {
    const { fetch } = fakeFetch(json({ certificate: base64Text(utf8Bytes('hello')) }));
    await expect(clientOf(fetch).certificates.get('k')).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
  });

  it('signing never creates a key (notation plugin: describe-key did)', async () => {
    const { fetch, seen } = routes({ '/v1/key/attributes': () => failure(650, 404) });
    const backend = createTsbBackend({ client: clientOf(fetch) });
    const operation = {
      kind: 'sign',
      key: { label: 'k' },
      algorithm: 'ecdsa-sha256',
      input: { message: utf8Bytes('x') },
    } as const;
    await expect(backend.begin(operation)).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
    expect(seen.map((one) => new URL(one.url).pathname)).toEqual(['/v1/key/attributes']);
  });
});
