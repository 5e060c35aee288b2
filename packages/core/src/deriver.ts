import type { KeyBackend, KeyRef } from './backend.js';
import { ownBytes } from './bytes.js';
import { invalidArgument, knownOptions } from './errors.js';
import { type AgreementAlgorithm, agreementPeer } from './key-agreement.js';
import type { Operation, WaitOptions } from './operation.js';
import type { CallOptions } from './options.js';
import { bindSecretUse, type SecretKey, type SecretKeyOptions, type SecretRequest } from './secret-use.js';

/** One public key to agree on a secret with. */
export interface DeriveRequest extends SecretRequest {
  readonly algorithm: AgreementAlgorithm;
  /** Of the other side, on the same curve: SubjectPublicKeyInfo DER. */
  readonly publicKey: Uint8Array;
}

/** How a key that derives is bound. */
export type DeriverOptions = SecretKeyOptions;

/** A key bound to a backend for agreeing on secrets. */
export interface Deriver extends SecretKey {
  /**
   * All that {@link Deriver.begin} checks before the backend is asked, and every guard's `judge`. Uses no key and asks no people; guards are
   * told of a refusal, and of nothing else.
   * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`, `ERR_KEY_NOT_USABLE`, `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, `ERR_VETOED`
   */
  check(request: DeriveRequest, options?: CallOptions): Promise<void>;
  /**
   * Starts one agreement, or continues the one that the store knows for the same public key. The request is deleted at the backend
   * before its result is given out, so a result is there once: it is the caller's to keep or to lose (S14).
   * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`, `ERR_KEY_NOT_USABLE`, `ERR_INVALID_ARGUMENT` for a public key of another curve,
   * `ERR_MALFORMED`, `ERR_VETOED`, `ERR_OUTCOME_UNKNOWN`, and those of the backend; a secret that `opens` refuses is `ERR_DIGEST_MISMATCH`
   */
  begin(request: DeriveRequest, options?: CallOptions): Promise<Operation<Uint8Array>>;
  /**
   * {@link Deriver.begin} and wait.
   * @returns the raw secret, see {@link AgreementAlgorithm}
   * @throws SignError `ERR_APPROVAL_PENDING` when `timeoutMs` ran out, the request stays
   */
  derive(request: DeriveRequest, options?: WaitOptions): Promise<Uint8Array>;
}

/**
 * Binds a key that agrees on secrets with the public keys of others.
 *
 * @example
 * ```ts
 * import { createDeriver } from '@securosys/core';
 * import { createMemoryBackend } from '@securosys/core/memory';
 *
 * const backend = createMemoryBackend();
 * await backend.createKey({ label: 'agreeing', spec: 'ec-p256', purpose: 'derive' });
 * const other = await backend.createKey({ label: 'other', spec: 'ec-p256', purpose: 'derive' });
 * const secret = await createDeriver(backend, { label: 'agreeing' }).derive({ algorithm: 'ecdh', publicKey: other.spki });
 * console.log(secret.byteLength); // 32
 * ```
 */
export function createDeriver(backend: KeyBackend, ref: KeyRef, options: DeriverOptions = {}): Deriver {
  knownOptions('createDeriver', options, ['guards', 'store', 'clock', 'random']);
  const bound = bindSecretUse<DeriveRequest>(backend, ref, options, {
    kind: 'derive',
    result: 'secret',
    check({ publicKey }) {
      if (!(publicKey instanceof Uint8Array)) invalidArgument('publicKey is not a Uint8Array');
    },
    operation(key, { algorithm, publicKey }) {
      agreementPeer(algorithm, key.spec, publicKey);
      return { kind: 'derive', key: key.ref, algorithm, publicKey: ownBytes(publicKey) };
    },
  });
  return {
    ...bound,
    async derive(request, { timeoutMs, onProgress, ...call } = {}) {
      const operation = await bound.begin(request, call);
      return operation.result({ ...call, ...(timeoutMs !== undefined && { timeoutMs }), ...(onProgress && { onProgress }) });
    },
  };
}
