import type { KeyObject } from 'node:crypto';
import {
  algorithmFacts,
  ecdsaFromDer,
  ecdsaToDer,
  keyFacts,
  keySpecOf,
  ownBytes,
  type SignatureAlgorithm,
  SignError,
  verifySignature,
} from '@securosys/core';

/**
 * A signature as cosign stores it (`cosign.md` §2.1): ECDSA as DER, RSA and Ed25519 as they are.
 * @param signature as a signer gives it, ECDSA as r‖s
 * @throws SignError `ERR_MALFORMED`
 */
export function storedSignature(algorithm: SignatureAlgorithm, signature: Uint8Array): Uint8Array<ArrayBuffer> {
  return algorithmFacts(algorithm).family === 'ecdsa' ? ecdsaToDer(signature) : ownBytes(signature);
}

/**
 * Checks a signature as cosign stores it: ECDSA has to be strict DER, never r‖s. The algorithm comes from the trusted key.
 */
export function verifyStoredSignature(
  key: KeyObject,
  algorithm: SignatureAlgorithm,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (algorithmFacts(algorithm).family !== 'ecdsa') return verifySignature(key, algorithm, message, signature);
  const spec = keySpecOf(key);
  if (!spec) return false;
  try {
    return verifySignature(key, algorithm, message, ecdsaFromDer(signature, keyFacts(spec).signatureBytes / 2));
  } catch (error) {
    if (SignError.is(error)) return false;
    throw error;
  }
}
