import { generateKeyPairSync } from 'node:crypto';
import {
  type EncryptionAlgorithm,
  encryptionAlgorithms,
  encryptTo,
  type KeySpec,
  publicKeyFromSpki,
  SignError,
} from '@securosys/core';
import { describe, it } from 'vitest';
import { rsaKey } from '../../../tests/rsa-key.js';
import { describeKeyBackend } from '../../testing/src/index.js';
import { openPkcs11, type Pkcs11Backend } from '../src/index.js';
import { softhsm, softhsmModule, softhsmNeeded, tokens } from './softhsm.js';

const curves = { 'ec-p256': 'P-256', 'ec-p384': 'P-384', 'ec-p521': 'P-521' } as const;

/**
 * Private keys from outside: generating RSA keys in SoftHSM takes seconds. Other tests may have put keys of theirs on the same token, and no key is
 * to be on it twice.
 */
function keyOf(spec: KeySpec) {
  if (spec === 'rsa-2048') return rsaKey(2048, 'conformance');
  if (spec.startsWith('rsa-')) return rsaKey(Number(spec.slice(4)));
  if (spec === 'ed25519') return generateKeyPairSync('ed25519').privateKey;
  return generateKeyPairSync('ec', { namedCurve: curves[spec as keyof typeof curves] }).privateKey;
}

/** SoftHSM 2.6 has OAEP with SHA-1 alone, and its list of mechanisms does not say so. */
async function unsupportedHere(backend: Pkcs11Backend, label: string): Promise<EncryptionAlgorithm[]> {
  const { spki } = await backend.describeKey({ label });
  const left: EncryptionAlgorithm[] = [];
  for (const algorithm of encryptionAlgorithms) {
    const ciphertext = encryptTo(publicKeyFromSpki(spki), algorithm, Uint8Array.of(1));
    await backend.begin({ kind: 'decrypt', key: { label }, algorithm, ciphertext }).catch((error: unknown) => {
      if (!SignError.is(error, 'ERR_ALGORITHM_UNSUPPORTED')) throw error;
      left.push(algorithm);
    });
  }
  return left;
}

async function open() {
  const { label: tokenLabel, pin } = tokens.main;
  const backend = await openPkcs11({ module: softhsm(), tokenLabel, pin, pinStateFolder: false, lanes: 2 });
  const keys = [];
  for (const spec of ['rsa-2048', 'rsa-3072', 'rsa-4096', 'ec-p256', 'ec-p384', 'ec-p521', 'ed25519'] as const) {
    const { ref } = await backend.importKey({ label: `conformance ${spec}`, privateKey: keyOf(spec) });
    keys.push({ spec, ref });
  }
  const derivation = [];
  for (const spec of ['ec-p256', 'ec-p384', 'ec-p521'] as const) {
    const { ref } = await backend.createKey({ label: `conformance derive ${spec}`, spec, purpose: 'derive' });
    derivation.push({ spec, ref });
  }
  const label = 'conformance decrypt';
  await backend.importKey({ label, privateKey: rsaKey(2048, 'conformance decrypt'), purpose: 'decrypt' });
  const decryption = [{ ref: { label }, unsupported: await unsupportedHere(backend, label) }];
  const sealing = [];
  for (const label of ['conformance seal', 'conformance seal, too'])
    sealing.push({ ref: (await backend.createSymmetricKey({ label })).ref });
  return { backend, keys, derivation, decryption, sealing, secrets: { pin } };
}

describe.skipIf(!softhsmModule)(`on SoftHSM2${softhsmNeeded}`, () => {
  describeKeyBackend('PKCS#11', open, { describe, it, decryption: true, derivation: true, sealing: true });
});
