import type { KeyObject } from 'node:crypto';
import type { KeySpec, SignatureAlgorithm } from './algorithms.js';
import { SignError } from './errors.js';
import { loadMlDsa, type MlDsa, type MlDsaOptions } from './ml-dsa.js';
import { type MlDsaPublicKey, mlDsaPublicKey } from './ml-dsa-spki.js';
import { keySpecOf, publicKeyFromSpki, verifySignature } from './public-key.js';

/** One public key, ready to check signatures. */
export interface SignatureVerifier {
  /** `undefined` for a key of a type that no format here uses: it verifies nothing. */
  readonly spec: KeySpec | undefined;
  /**
   * Checks one signature as {@link verifySignature} does.
   * @throws SignError `ERR_INVALID_ARGUMENT` for a context that is too long, or that the algorithm does not have
   */
  verify(algorithm: SignatureAlgorithm, message: Uint8Array, signature: Uint8Array, options?: MlDsaOptions): boolean;
}

/**
 * Which of our key specs a SubjectPublicKeyInfo holds; `undefined` for any other key. Reads ML-DSA keys on every runtime.
 * @throws SignError `ERR_MALFORMED`
 */
export function keySpecOfSpki(spki: Uint8Array): KeySpec | undefined {
  return mlDsaPublicKey(spki)?.spec ?? keySpecOf(publicKeyFromSpki(spki));
}

/** The runtime's own key object, before Node 24.6 `undefined`: Node 20 cannot read such a key, Node 22 reads it and has no name for it. */
function nativeKey(spki: Uint8Array, spec: KeySpec): KeyObject | undefined {
  try {
    const key = publicKeyFromSpki(spki);
    return keySpecOf(key) === spec ? key : undefined;
  } catch (error) {
    if (SignError.is(error, 'ERR_MALFORMED')) return undefined;
    throw error;
  }
}

function verifierOf(key: KeyObject): SignatureVerifier {
  return {
    spec: keySpecOf(key),
    verify(algorithm, message, signature, { context } = {}) {
      if (context !== undefined) throw new SignError('ERR_INVALID_ARGUMENT', `${algorithm} has no context`);
      return verifySignature(key, algorithm, message, signature);
    },
  };
}

/** Native where the runtime can; not every one that can takes a context, so that goes to the library. */
function mlDsaVerifierOf(key: MlDsaPublicKey, library: MlDsa, native: KeyObject | undefined): SignatureVerifier {
  return {
    spec: key.spec,
    verify(algorithm, message, signature, options = {}) {
      if (algorithm !== key.spec) return false;
      if (native && options.context === undefined) return verifySignature(native, algorithm, message, signature);
      return library.verify(key, message, signature, options);
    },
  };
}

/**
 * A public key, ready to check signatures. Loads the ML-DSA library for ML-DSA keys, and nothing otherwise.
 * @param spki SubjectPublicKeyInfo, DER
 * @throws SignError `ERR_MALFORMED`
 */
export async function loadVerifier(spki: Uint8Array): Promise<SignatureVerifier> {
  const key = mlDsaPublicKey(spki);
  return key ? mlDsaVerifierOf(key, await loadMlDsa(), nativeKey(spki, key.spec)) : verifierOf(publicKeyFromSpki(spki));
}
