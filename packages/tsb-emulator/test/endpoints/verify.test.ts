import { constants, createHash, generateKeyPairSync, type KeyObject, privateEncrypt, sign } from 'node:crypto';
import { base64Text } from '@securosys/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { createWorld, message, signBody, type World } from '../support.js';

const rsa = rsaKey();
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const koblitz = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
const ed = generateKeyPairSync('ed25519').privateKey;
const digest = createHash('sha256').update(message).digest();
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const raw = { dsaEncoding: 'ieee-p1363' } as const;
let world: World;

beforeAll(async () => {
  world = createWorld();
  for (const [label, privateKey] of Object.entries({ rsa, ec, koblitz, ed })) await world.tsb.addKey({ label, privateKey });
  await world.tsb.addKey({ label: 'ml', spec: 'ml-dsa-44' });
  await world.tsb.addKey({ label: 'no verifier', privateKey: ec, attributes: { verify: false } });
  await world.tsb.addKey({ label: 'aes', spec: 'aes-128' });
});

async function verified(signKeyName: string, signatureAlgorithm: string, payload: Uint8Array, signature: Uint8Array | string) {
  const text = typeof signature === 'string' ? signature : base64Text(signature);
  const request = { signKeyName, signatureAlgorithm, payload: base64Text(payload), signature: text };
  const { body } = await world.call('POST', '/v1/verify', { verifySignatureRequest: request });
  return body.signatureValid ?? body.errorCode;
}

/** Signatures that OpenSSL made, with the payload that the call has to name. */
const foreign: readonly (readonly [string, string, KeyObject, (key: KeyObject) => Uint8Array, Uint8Array])[] = [
  ['rsa', 'SHA256_WITH_RSA', rsa, (key) => sign('sha256', message, key), message],
  ['rsa', 'SHA512_WITH_RSA_PSS', rsa, (key) => sign('sha512', message, { key, ...pss }), message],
  ['rsa', 'NONESHA256_WITH_RSA', rsa, (key) => sign('sha256', message, key), digest],
  ['rsa', 'NONESHA256_WITH_RSA_PSS', rsa, (key) => sign('sha256', message, { key, ...pss }), digest],
  ['rsa', 'NONE_WITH_RSA', rsa, (key) => privateEncrypt(key, message), message],
  ['ec', 'SHA256_WITH_ECDSA', ec, (key) => sign('sha256', message, key), message],
  ['ec', 'SHA384_WITH_ECDSA', ec, (key) => sign('sha384', message, { key, ...raw }), message],
  ['ec', 'NONE_WITH_ECDSA', ec, (key) => sign('sha256', message, key), digest],
  ['ec', 'NONE_WITH_ECDSA', ec, (key) => sign('sha256', message, { key, ...raw }), digest],
  ['koblitz', 'NONE_WITH_ECDSA', koblitz, (key) => sign('sha256', message, { key, ...raw }), digest],
  ['ed', 'EDDSA', ed, (key) => sign(null, message, key), message],
];

describe('verify (§2.4)', () => {
  it.each(foreign)(
    '%s, %s: a signature of OpenSSL holds, a changed one and one over other bytes do not',
    async (label, algorithm, key, make, payload) => {
      const signature = make(key);
      expect(await verified(label, algorithm, payload, signature)).toBe(true);
      expect(await verified(label, algorithm, Buffer.alloc(payload.byteLength, 1), signature)).toBe(false);
      const changed = Uint8Array.from(signature, (byte, i) => (i === 20 ? byte ^ 1 : byte));
      expect(await verified(label, algorithm, payload, changed)).toBe(false);
      expect(await verified(label, algorithm, payload, signature.subarray(1))).toBe(false);
    },
  );

  it('ML-DSA signatures of its own', async () => {
    const { signature } = (await world.call('POST', '/v1/synchronousSign', signBody('ml', { signatureAlgorithm: 'ML_DSA' })))
      .body;
    expect(await verified('ml', 'ML_DSA', message, signature as string)).toBe(true);
    expect(await verified('ml', 'ML_DSA', digest, signature as string)).toBe(false);
  });

  it.each([
    ['an algorithm of another family', 'rsa', 'SHA256_WITH_ECDSA', 607],
    ['an algorithm that only a TSB has', 'ec', 'KECCAK256_WITH_ECDSA', 101],
    ['a key that may not verify', 'no verifier', 'SHA256_WITH_ECDSA', 614],
    ['a secret key', 'aes', 'SHA256_WITH_ECDSA', 607],
    ['no key', 'nobody', 'SHA256_WITH_ECDSA', 650],
  ])('refuses %s', async (_, label, algorithm, errorCode) => {
    expect(await verified(label, algorithm, message, digest)).toBe(errorCode);
  });
});
