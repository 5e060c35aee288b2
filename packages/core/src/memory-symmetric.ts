import type { CipherGCMTypes, KeyObject } from 'node:crypto';
import {
  checkSeal,
  concatBytes,
  keyCheckInput,
  keyCheckSha256,
  nodeCrypto,
  type OpenOperation,
  ownBytes,
  type SealOperation,
  SignError,
  type SymmetricKeySpec,
  sealedParts,
  sealIvBytes,
  sealTagBytes,
} from '@securosys/core';

const specs: readonly SymmetricKeySpec[] = ['aes-128', 'aes-192', 'aes-256'];
const options = { authTagLength: sealTagBytes };

/** @throws SignError `ERR_ALGORITHM_UNSUPPORTED` for a key that is none of AES */
export function symmetricSpecOf(key: KeyObject): SymmetricKeySpec {
  const name = `aes-${(key.symmetricKeySize ?? 0) * 8}`;
  const spec = key.type === 'secret' ? specs.find((known) => known === name) : undefined;
  if (!spec) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'a symmetric key in memory is one of AES');
  return spec;
}

/** What the key is pinned by. */
export function softKeyCheck(key: KeyObject): string {
  const cipher = nodeCrypto()
    .createCipheriv(`${symmetricSpecOf(key)}-ecb`, key, null)
    .setAutoPadding(false);
  return keyCheckSha256(concatBytes(cipher.update(keyCheckInput()), cipher.final()));
}

/** `iv ‖ ciphertext ‖ tag`, with a random initialisation vector. */
export function sealSoftly(key: KeyObject, { algorithm, plaintext, aad }: SealOperation): Uint8Array<ArrayBuffer> {
  checkSeal(algorithm, plaintext.byteLength);
  const { createCipheriv, randomBytes } = nodeCrypto();
  const iv = randomBytes(sealIvBytes);
  const cipher = createCipheriv(`${symmetricSpecOf(key)}-gcm` as CipherGCMTypes, key, iv, options);
  if (aad) cipher.setAAD(aad);
  return concatBytes(iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
}

/** All failures look alike (S16). */
export function openSoftly(key: KeyObject, { algorithm, sealed, aad }: OpenOperation): Uint8Array<ArrayBuffer> {
  checkSeal(algorithm, 0);
  const name = `${symmetricSpecOf(key)}-gcm` as CipherGCMTypes;
  try {
    const parts = sealedParts(sealed);
    if (!parts) throw new RangeError('too short');
    const decipher = nodeCrypto().createDecipheriv(name, key, parts.iv, options).setAuthTag(parts.tag);
    if (aad) decipher.setAAD(aad);
    return ownBytes(Buffer.concat([decipher.update(parts.ciphertext), decipher.final()]));
  } catch {
    throw new SignError('ERR_REQUEST_FAILED', 'the ciphertext cannot be decrypted with this key');
  }
}
