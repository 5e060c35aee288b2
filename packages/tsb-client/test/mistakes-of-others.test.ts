import { base64Text, utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { createTsbBackend } from '../src/index.js';
import { clientOf, failure, fakeFetch, json, routes, version } from './fake-fetch.js';

const id = '11111111-2222-4333-8444-555555555555';
const attributes = json({ json: { label: 'k', algorithm: 'EC', attributes: {} } });

/** `tsb-rest-api.md` §9: what users of other clients ran into. */
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
