import type { KeyBackend, KeyRef } from './backend.js';
import { ownBytes } from './bytes.js';
import { type EncryptionAlgorithm, encryptionFacts } from './encryption-algorithms.js';
import { invalidArgument, knownOptions, SignError } from './errors.js';
import type { Operation, WaitOptions } from './operation.js';
import type { CallOptions } from './options.js';
import { bindSecretUse, type SecretKey, type SecretKeyOptions, type SecretRequest } from './secret-use.js';

/** One block to be decrypted. */
export interface DecryptRequest extends SecretRequest {
  readonly algorithm: EncryptionAlgorithm;
  /** As long as the modulus. */
  readonly ciphertext: Uint8Array;
}

/** How a key that decrypts is bound. */
export interface DecrypterOptions extends SecretKeyOptions {
  /** Allows PKCS#1 v1.5, for reading what others wrote (S16). */
  allowPkcs1?: boolean;
}

/** A key bound to a backend for decrypting. */
export interface Decrypter extends SecretKey {
  /**
   * All that {@link Decrypter.begin} checks before the backend is asked, and every guard's `judge`. Uses no key and asks no people; guards are
   * told of a refusal, and of nothing else.
   * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`, `ERR_KEY_NOT_USABLE`, `ERR_INVALID_ARGUMENT`, `ERR_VETOED`
   */
  check(request: DecryptRequest, options?: CallOptions): Promise<void>;
  /**
   * Starts one decryption, or continues the one that the store knows for the same ciphertext. The request is deleted at the backend
   * before its result is given out, so a result is there once: it is the caller's to keep or to lose (S14).
   * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`, `ERR_KEY_NOT_USABLE`, `ERR_VETOED`, `ERR_OUTCOME_UNKNOWN`, and those of the backend; a
   * plaintext that `opens` refuses is `ERR_DIGEST_MISMATCH`
   */
  begin(request: DecryptRequest, options?: CallOptions): Promise<Operation<Uint8Array>>;
  /** {@link Decrypter.begin} and wait. @throws SignError `ERR_APPROVAL_PENDING` when `timeoutMs` ran out, the request stays */
  decrypt(request: DecryptRequest, options?: WaitOptions): Promise<Uint8Array>;
}

/**
 * Binds a key that decrypts. Keys that both sign and decrypt are a bad idea (S4), so this is no part of a signer.
 *
 * @example
 * ```ts
 * import { createDecrypter } from '@securosys/core';
 * import { createMemoryBackend } from '@securosys/core/memory';
 *
 * const backend = createMemoryBackend();
 * await backend.createKey({ label: 'layers', spec: 'rsa-2048', purpose: 'decrypt' });
 * const [key, algorithm] = [{ label: 'layers' }, 'rsa-oaep-sha256'] as const;
 * const plaintext = new TextEncoder().encode('a layer key');
 * const encrypted = await backend.begin({ kind: 'encrypt', key, algorithm, plaintext });
 * if ('pending' in encrypted) throw new Error('encrypting asks nobody');
 * const decrypted = await createDecrypter(backend, key).decrypt({ algorithm, ciphertext: encrypted.done });
 * ```
 */
export function createDecrypter(backend: KeyBackend, ref: KeyRef, options: DecrypterOptions = {}): Decrypter {
  knownOptions('createDecrypter', options, ['guards', 'store', 'allowPkcs1', 'clock', 'random']);
  const { allowPkcs1 = false, ...rest } = options;
  const bound = bindSecretUse<DecryptRequest>(backend, ref, rest, {
    kind: 'decrypt',
    result: 'plaintext',
    check({ algorithm, ciphertext }) {
      if (!(ciphertext instanceof Uint8Array)) invalidArgument('ciphertext is not a Uint8Array');
      if (encryptionFacts(algorithm).padding === 'pkcs1' && !allowPkcs1)
        throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'reading PKCS#1 v1.5 needs the option allowPkcs1');
    },
    operation: (key, { algorithm, ciphertext }) => ({
      kind: 'decrypt',
      key: key.ref,
      algorithm,
      ciphertext: ownBytes(ciphertext),
    }),
  });
  return {
    ...bound,
    async decrypt(request, { timeoutMs, onProgress, ...call } = {}) {
      const operation = await bound.begin(request, call);
      return operation.result({ ...call, ...(timeoutMs !== undefined && { timeoutMs }), ...(onProgress && { onProgress }) });
    },
  };
}
