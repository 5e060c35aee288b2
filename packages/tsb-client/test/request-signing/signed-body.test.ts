import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { base64Bytes, parseJson, utf8Bytes, utf8Text } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rsaPair } from '../../../../tests/rsa-key.js';
import { type Endpoint, endpoints, type RequestSignature } from '../../src/api/index.js';
import { type ApplicationKey, applicationKeyFromPrivateKey, createTsbClient, signMetadata } from '../../src/index.js';
import { innerBytesOf } from '../../src/request-signing/inner-bytes.js';
import { clientOf, failure, fakeFetch, json } from '../fake-fetch.js';
import { listen } from '../security/servers.js';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keys = {
  'EC P-256': ec,
  'EC P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'EC secp256k1': generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
  'RSA 2048': rsaPair(),
};
const id = '11111111-2222-4333-8444-555555555555';
const created = json({ signRequestId: id }, 201);
const inner = { payload: 'aGk=', signKeyName: 'k', signatureAlgorithm: 'SHA256_WITH_ECDSA' } as const;
const hashes: Readonly<Record<string, string>> = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' };

/** Cuts the signed bytes out of a body and verifies them with nothing but `node:crypto`. */
function verified(body: string, name: string): { signed: string; publicKey: KeyObject; digest: string } {
  const { requestSignature } = JSON.parse(body) as { requestSignature: RequestSignature };
  const signed = innerBytesOf(utf8Bytes(body), name);
  const publicKey = createPublicKey({ key: Buffer.from(requestSignature.publicKey, 'base64'), format: 'der', type: 'spki' });
  const hash = hashes[requestSignature.digestAlgorithm];
  if (!hash) throw new Error(`digest ${requestSignature.digestAlgorithm}`);
  expect(verify(hash, signed, publicKey, base64Bytes(requestSignature.signature))).toBe(true);
  return { signed: utf8Text(signed), publicKey, digest: requestSignature.digestAlgorithm };
}

describe('a request with an application key', () => {
  it.each([
    ['EC P-256', 'SHA-256'],
    ['EC P-384', 'SHA-384'],
    ['EC secp256k1', 'SHA-256'],
    ['RSA 2048', 'SHA-256'],
  ] as const)('is signed by %s with %s over the very bytes that a real server hears', async (name, digest) => {
    const { privateKey, publicKey } = keys[name];
    const tsb = await listen(() => ({ status: 201, body: JSON.stringify({ signRequestId: id }) }));
    const client = createTsbClient({
      url: tsb.url,
      auth: { type: 'none' },
      applicationKey: applicationKeyFromPrivateKey(privateKey),
    });
    await client.sign.asynchronous({ ...inner, keyPassword: ['ü', '"', '\\'] });
    const body = tsb.received[0]?.body ?? '';
    const found = verified(body, 'signRequest');
    expect(found.digest).toBe(digest);
    expect(found.publicKey.equals(publicKey)).toBe(true);
    // Compact, and inside the body exactly as signed.
    expect(body.startsWith(`{"signRequest":${found.signed},"requestSignature":{`)).toBe(true);
    expect(JSON.parse(found.signed)).toEqual({ ...inner, keyPassword: ['ü', '"', '\\'] });
    await client.close();
    await tsb.close();
  });

  it('is signed whatever its texts hold (property)', async () => {
    const { fetch, seen } = fakeFetch(created);
    const client = clientOf(fetch, { applicationKey: applicationKeyFromPrivateKey(ec.privateKey) });
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, async (signKeyName) => {
        await client.sign.asynchronous({ ...inner, signKeyName });
        const { signed } = verified(seen.at(-1)?.body ?? '', 'signRequest');
        expect(parseJson(signed)).toMatchObject({ signKeyName });
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    [endpoints.synchronousSign, { signRequest: inner }, json({ signature: 'AAAA' })],
    [endpoints.block, { blockRequest: { blockKeyName: 'k' } }, json({ blockKeyRequestId: id }, 201)],
    [endpoints.unblock, { unblockRequest: { unblockKeyName: 'k' } }, json({ unblockKeyRequestId: id }, 201)],
    [endpoints.synchronousBlock, { blockRequest: { blockKeyName: 'k' } }, json({})],
  ] as const)('of $method $path is signed through the low-level call too', async (endpoint, body, answer) => {
    const { fetch, seen } = fakeFetch(answer);
    const client = clientOf(fetch, { applicationKey: applicationKeyFromPrivateKey(ec.privateKey) });
    await client.call(endpoint as Endpoint<unknown, unknown>, body);
    verified(seen[0]?.body ?? '', endpoint.signs as string);
  });

  it('is sent again with the same signature', async () => {
    const { fetch, seen } = fakeFetch(failure(617, 401), created);
    let token = 0;
    const auth = { type: 'token', token: () => `token-${++token}` } as const;
    await clientOf(fetch, { auth, applicationKey: applicationKeyFromPrivateKey(ec.privateKey) }).sign.asynchronous(inner);
    expect(seen).toHaveLength(2);
    expect(seen[1]?.body).toBe(seen[0]?.body);
  });

  it('without a place for a signature is sent as it is', async () => {
    const { fetch, seen } = fakeFetch(json({ json: { label: 'k', algorithm: 'EC', attributes: {} } }));
    await clientOf(fetch, { applicationKey: applicationKeyFromPrivateKey(ec.privateKey) }).keys.attributes('k');
    expect(seen[0]?.body).toBe('{"label":"k"}');
  });

  it('keeps a signature that its caller brought along', async () => {
    const { fetch, seen } = fakeFetch(created);
    const requestSignature: RequestSignature = { signature: 'AAAA', digestAlgorithm: 'SHA-512', publicKey: 'BBBB' };
    const applicationKey = applicationKeyFromPrivateKey(ec.privateKey);
    await clientOf(fetch, { applicationKey }).call(endpoints.sign, { signRequest: inner, requestSignature });
    expect(seen[0]?.json).toMatchObject({ requestSignature });
  });
});

it('every endpoint whose body takes a requestSignature says what is signed, and no other', () => {
  for (const [name, { request, signs }] of Object.entries(endpoints)) {
    if (!request) {
      expect(signs).toBeUndefined();
      continue;
    }
    let message = '';
    try {
      request.sent.parse({ requestSignature: 7, ...(signs !== undefined && { [signs]: {} }) });
    } catch (error) {
      message = (error as Error).message;
    }
    expect([name, message.includes('requestSignature (unknown)')]).toEqual([name, signs === undefined]);
    if (signs !== undefined) expect(message).not.toContain(`${signs} (unknown)`);
  }
});

describe('an application key', () => {
  it('may live anywhere: in an HSM, say, that takes its time and says no', async () => {
    const { fetch, seen } = fakeFetch(created);
    const local = applicationKeyFromPrivateKey(ec.privateKey);
    const remote: ApplicationKey = { ...local, sign: (bytes) => Promise.resolve().then(() => local.sign(bytes)) };
    await clientOf(fetch, { applicationKey: remote }).sign.asynchronous(inner);
    verified(seen[0]?.body ?? '', 'signRequest');
    const sealed = { ...local, sign: () => Promise.reject(new Error('HSM is sealed')) };
    await expect(clientOf(fetch, { applicationKey: sealed }).sign.asynchronous(inner)).rejects.toThrow('HSM is sealed');
    const silent = { ...local, sign: () => new Promise<never>(() => undefined) };
    const call = clientOf(fetch, { applicationKey: silent }).sign.asynchronous(inner, { timeoutMs: 20 });
    await expect(call).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(seen).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ['Ed25519', () => generateKeyPairSync('ed25519').privateKey],
    ['a public key', () => ec.publicKey],
    ['nothing', () => undefined],
  ])('is not made from %s', (_, key) => {
    expect(() => applicationKeyFromPrivateKey((key as () => KeyObject)())).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it.each<[string, object]>([
    ['an unknown digest', { digestAlgorithm: 'EdDSA' }],
    ['no function', { sign: 'me' }],
    ['no key', { spki: 'MF' }],
    ['an unknown member', { privateKey: 1 }],
  ])('with %s is refused at once', (_, part) => {
    const applicationKey = { ...applicationKeyFromPrivateKey(ec.privateKey), ...part } as ApplicationKey;
    expect(() => clientOf(fakeFetch(created).fetch, { applicationKey })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it.each([undefined, '', new Uint8Array(0)])(
    'that gives %j as a signature is refused, and nothing is sent',
    async (signature) => {
      const { fetch, seen } = fakeFetch(created);
      const applicationKey = { ...applicationKeyFromPrivateKey(ec.privateKey), sign: () => signature as Uint8Array };
      const call = clientOf(fetch, { applicationKey }).sign.asynchronous(inner);
      await expect(call).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
      expect(seen).toEqual([]);
    },
  );

  it('signs metadata as decoded bytes', async () => {
    const metadata = utf8Bytes('{"app":"release é"}');
    const signature = await signMetadata(applicationKeyFromPrivateKey(keys['RSA 2048'].privateKey), metadata);
    expect(verify('sha256', metadata, keys['RSA 2048'].publicKey, base64Bytes(signature))).toBe(true);
  });
});
