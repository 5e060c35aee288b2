import type { CallOptions, EncryptionAlgorithm, KeySpec, SigningFacts, WaitOptions } from '@securosys/core';
import type { ImageContext } from '../recipient.js';

/** The public half of a key that opens packets. */
export interface KeyHalf {
  /** `undefined` for a key that no scheme here uses. */
  readonly spec: KeySpec | undefined;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** Whether people must approve each use; `undefined` when nobody could find out. */
  readonly needsApproval: boolean | undefined;
}

/** Why a key is used: shown to those who approve it, and how a result is recognised after an answer was lost. */
export interface KeyUse extends Pick<ImageContext, 'claims' | 'source' | 'target' | 'insteadOfKey'> {
  readonly facts: SigningFacts;
  /** Whether a result opens what it should. */
  opens(secret: Uint8Array): boolean;
}

/** Why a key is used, as a request for its result says it. */
export function requestOf({ facts, claims, source, target, opens }: KeyUse): Omit<KeyUse, 'insteadOfKey'> {
  return { facts, opens, ...(claims && { claims }), ...(source && { source }), ...(target && { target }) };
}

/** What a private key is used for. */
export type AskedOfKey =
  | { readonly algorithm: EncryptionAlgorithm; readonly ciphertext: Uint8Array; readonly publicKey?: never }
  | { readonly publicKey: Uint8Array; readonly algorithm?: never; readonly ciphertext?: never };

/** A private key that opens packets: in this process, or behind a backend. */
export interface PrivateKey {
  /** @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_CHANGED`, and those of the backend */
  publicHalf(options?: WaitOptions): Promise<KeyHalf>;
  /**
   * Decrypts one block with an RSA key.
   * @param ciphertext as long as the modulus
   * @throws SignError `ERR_REQUEST_FAILED` when it does not decrypt to what `use.opens` accepts, whatever the reason (S16);
   * `ERR_ALGORITHM_UNSUPPORTED` for PKCS#1 v1.5 without the option; those of the backend
   */
  decrypt(algorithm: EncryptionAlgorithm, ciphertext: Uint8Array, use: KeyUse, options?: WaitOptions): Promise<Uint8Array>;
  /**
   * Agrees on a secret with an EC key: the x-coordinate, as wide as the curve.
   * @param publicKey of the other side, SubjectPublicKeyInfo DER of the same curve
   * @throws SignError as {@link PrivateKey.decrypt}
   */
  derive(publicKey: Uint8Array, use: KeyUse, options?: WaitOptions): Promise<Uint8Array>;
  /** Lets the guards of the key judge a use of it; nothing is used and nobody asked. Absent: it has none. @throws SignError `ERR_VETOED` */
  judge?(asked: AskedOfKey, use: KeyUse, options?: CallOptions): Promise<void>;
}
