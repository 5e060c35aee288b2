import {
  type CallOptions,
  createSealer,
  invalidArgument,
  type KeyBackend,
  type KeyRef,
  knownOptions,
  type SealerOptions,
  type SymmetricKeySpec,
  type WaitOptions,
} from '@securosys/core';
import { doesNotOpen, saysNothing } from './failure.js';
import { type KeyUse, requestOf } from './private-key.js';

/** What is known of a symmetric key. */
export interface SymmetricKeyFacts {
  /** `undefined` when its backend does not tell. */
  readonly spec: SymmetricKeySpec | undefined;
  /** By what it is pinned, 64 lower-case hex characters; `undefined` for a key that may not encrypt and has no pin. */
  readonly checkSha256: string | undefined;
  /** Whether people must approve each opening; `undefined` when nobody could find out. */
  readonly needsApproval: boolean | undefined;
}

/** A symmetric key that seals and opens the content keys of packets. */
export interface SymmetricKey {
  /** @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_CHANGED`, `ERR_CAPABILITY_MISSING`, and those of the backend */
  describe(options?: CallOptions): Promise<SymmetricKeyFacts>;
  /**
   * Seals a content key.
   * @returns `iv ‖ ciphertext ‖ tag`
   * @throws SignError `ERR_INVALID_ARGUMENT` for a key that nothing pins, and those of `Sealer.seal`
   */
  seal(contentKey: Uint8Array, aad: Uint8Array, options?: CallOptions): Promise<Uint8Array>;
  /**
   * Opens what was sealed with the same additional data.
   * @throws SignError `ERR_REQUEST_FAILED` when it does not open to what `use.opens` accepts, whatever the reason (S16); those of the backend
   */
  open(sealed: Uint8Array, aad: Uint8Array, use: KeyUse, options?: WaitOptions): Promise<Uint8Array>;
  /** Lets the guards of the key judge an opening; nothing is used and nobody asked. Absent: it has none. @throws SignError `ERR_VETOED` */
  judge?(sealed: Uint8Array, aad: Uint8Array, use: KeyUse, options?: CallOptions): Promise<void>;
}

/** How a symmetric key behind a backend is used. */
export interface SymmetricKeyOptions extends SealerOptions {
  /** Lets a key seal that no `checkSha256` pins: whoever can exchange it reads the next image (S7). */
  allowUnpinned?: boolean;
}

/**
 * A symmetric key behind a backend: wrapping and unwrapping both ask it. What it opens is remembered in the store while people decide, and deleted
 * at the backend as soon as it arrived (S14).
 * @param ref pin it with `checkSha256` (S7), as `describeSymmetricKey` gives it
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function backendSymmetricKey(backend: KeyBackend, ref: KeyRef, options: SymmetricKeyOptions = {}): SymmetricKey {
  knownOptions('backendSymmetricKey', options, ['guards', 'store', 'clock', 'random', 'allowUnpinned']);
  const { allowUnpinned = false, ...rest } = options;
  const algorithm = 'aes-gcm';
  const sealer = createSealer(backend, ref, rest);
  return {
    async describe(call) {
      const { spec, needsApproval, ref: found } = await sealer.describe(call);
      return { spec, needsApproval, checkSha256: found.checkSha256 };
    },
    async seal(plaintext, aad, call) {
      if (ref.checkSha256 === undefined && !allowUnpinned)
        invalidArgument('nothing pins the symmetric key: images would be encrypted with whatever key has its name');
      return sealer.seal({ algorithm, plaintext, aad }, call);
    },
    async judge(sealed, aad, use, call) {
      return sealer.check({ algorithm, sealed, aad, ...requestOf(use) }, call);
    },
    async open(sealed, aad, use, call) {
      try {
        return await sealer.open({ algorithm, sealed, aad, ...requestOf(use) }, call);
      } catch (error) {
        throw saysNothing(error) ? doesNotOpen() : error;
      }
    },
  };
}
