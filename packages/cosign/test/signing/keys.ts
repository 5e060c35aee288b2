import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  cryptoParameters,
  type FormatKey,
  keySpecOf,
  nodeCrypto,
  ownBytes,
  type SignatureAlgorithm,
  spkiOf,
} from '@securosys/core';
import { rsaKey } from '../../../../tests/rsa-key.js';

/** A key pair, and signing as a backend does it: ECDSA as r‖s. */
export interface TestKey extends FormatKey {
  readonly privateKey: KeyObject;
  sign(algorithm: SignatureAlgorithm, message: Uint8Array): Uint8Array;
}

function testKeyOf(privateKey: KeyObject): TestKey {
  return {
    privateKey,
    spec: keySpecOf(privateKey),
    spki: spkiOf(privateKey),
    chain: [],
    sign(algorithm, message) {
      const { hash, parameters } = cryptoParameters(algorithm);
      return ownBytes(nodeCrypto().sign(hash, message, { key: privateKey, ...parameters }));
    },
  };
}

const made = new Map<string, TestKey>();
const curves: Readonly<Record<string, string>> = { 'ec-p256': 'P-256', 'ec-p384': 'P-384', 'ec-p521': 'P-521' };

/** One key for each kind and name, made once. */
export function testKey(spec: string, name = 'one'): TestKey {
  const id = `${spec} ${name}`;
  const known = made.get(id);
  if (known) return known;
  const namedCurve = curves[spec];
  const privateKey = spec.startsWith('rsa-')
    ? rsaKey(Number(spec.slice(4)), name)
    : namedCurve
      ? generateKeyPairSync('ec', { namedCurve }).privateKey
      : generateKeyPairSync('ed25519').privateKey;
  const key = testKeyOf(privateKey);
  made.set(id, key);
  return key;
}

/** The key of the vectors (`cosign.md` §21): P-256, d = 32 × 0x01. */
export const vectorKey = testKeyOf(
  createPrivateKey({
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE',
      x: 'b_A7lJJBzh2t1DUZ5pYOCoW0GmmgXDKBA6orzhWUyhY',
      y: 'PE91OlW_AdxT9sCwx-7ni0DG_30lqW4igrmJzvccFEo',
    },
    format: 'jwk',
  }),
);
