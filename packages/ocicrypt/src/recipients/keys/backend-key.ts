import {
  createDecrypter,
  createDeriver,
  type DecrypterOptions,
  type EncryptionAlgorithm,
  type KeyBackend,
  type KeyRef,
  knownOptions,
} from '@securosys/core';
import { checkAlgorithm } from './allowed-algorithms.js';
import { doesNotOpen, saysNothing } from './failure.js';
import { type AskedOfKey, type PrivateKey, requestOf } from './private-key.js';

/** How a key behind a backend is used. */
export interface BackendKeyOptions extends DecrypterOptions {
  /** What the key may be used with, whatever a packet says (S16). Default: every OAEP, and PKCS#1 v1.5 with `allowPkcs1`. */
  algorithms?: readonly EncryptionAlgorithm[];
}

/**
 * A private key behind a backend: every packet is one decrypt or derive operation there, which people may have to approve. Operations
 * are remembered in the store by key, algorithm and ciphertext, so that a later run continues them, and deleted at the backend as soon as
 * their result arrived (S14).
 * @param ref pin it with `spkiSha256` (S7)
 */
export function backendPrivateKey(backend: KeyBackend, ref: KeyRef, options: BackendKeyOptions = {}): PrivateKey {
  knownOptions('backendPrivateKey', options, ['guards', 'store', 'allowPkcs1', 'clock', 'random', 'algorithms']);
  const { algorithms, allowPkcs1, ...rest } = options;
  const decrypter = createDecrypter(backend, ref, { ...rest, ...(allowPkcs1 !== undefined && { allowPkcs1 }) });
  const deriver = createDeriver(backend, ref, rest);
  // Requests whose result is another one's are dropped by `opens` and look like every other failure.
  const alike = async (work: Promise<Uint8Array>): Promise<Uint8Array> => {
    try {
      return await work;
    } catch (error) {
      throw saysNothing(error) ? doesNotOpen() : error;
    }
  };
  return {
    // `timeoutMs` is how long people may take; the backend has a deadline of its own for its answers.
    async publicHalf({ signal } = {}) {
      return decrypter.describe({ ...(signal && { signal }) });
    },
    async decrypt(algorithm, ciphertext, use, call) {
      checkAlgorithm(algorithm, algorithms);
      return alike(decrypter.decrypt({ algorithm, ciphertext, ...requestOf(use) }, call));
    },
    async derive(publicKey, use, call) {
      return alike(deriver.derive({ algorithm: 'ecdh', publicKey, ...requestOf(use) }, call));
    },
    async judge(asked: AskedOfKey, use, call) {
      if (asked.publicKey) return deriver.check({ algorithm: 'ecdh', publicKey: asked.publicKey, ...requestOf(use) }, call);
      const { algorithm, ciphertext } = asked;
      checkAlgorithm(algorithm, algorithms);
      return decrypter.check({ algorithm, ciphertext, ...requestOf(use) }, call);
    },
  };
}
