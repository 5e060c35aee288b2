import type { KeyObject } from 'node:crypto';
import {
  type DecryptOperation,
  type EncryptionAlgorithm,
  type EncryptOperation,
  encryptionParameters,
  encryptTo,
  isModulusLong,
  nodeCrypto,
  ownBytes,
  SignError,
} from '@securosys/core';

function usable(key: KeyObject | undefined): KeyObject {
  if (!key) throw new SignError('ERR_KEY_NOT_USABLE', 'this key does not decrypt');
  return key;
}

/** Node 20 leaves PKCS#1 v1.5 out, because its OpenSSL cannot refuse without telling why (CVE-2023-46809). */
function leftOut(algorithm: EncryptionAlgorithm, error: unknown): boolean {
  return algorithm === 'rsa-pkcs1' && error instanceof TypeError && 'code' in error && error.code === 'ERR_INVALID_ARG_VALUE';
}

/**
 * All failures look alike: which padding was wrong is nobody's business (S16).
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED` for one that this runtime leaves out, whatever the ciphertext
 */
export function decryptSoftly(key: KeyObject | undefined, { algorithm, ciphertext }: DecryptOperation): Uint8Array {
  const parameters = encryptionParameters(algorithm);
  const own = usable(key);
  try {
    if (!isModulusLong(own, ciphertext)) throw new RangeError('not as long as the modulus');
    return ownBytes(nodeCrypto().privateDecrypt({ key: own, ...parameters }, ciphertext));
  } catch (error) {
    if (leftOut(algorithm, error)) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'this runtime does not decrypt PKCS#1 v1.5');
    throw new SignError('ERR_REQUEST_FAILED', 'the ciphertext cannot be decrypted with this key');
  }
}

/** @throws SignError `ERR_LIMIT` for a plaintext that one block cannot hold */
export function encryptSoftly(key: KeyObject | undefined, { algorithm, plaintext }: EncryptOperation): Uint8Array {
  return encryptTo(usable(key), algorithm, plaintext);
}
