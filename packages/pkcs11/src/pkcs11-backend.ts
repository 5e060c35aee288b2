import type { CallOptions, KeyBackend, KeyRef, KeySpecRequest, SymmetricKeyInfo, SymmetricKeyRequest } from '@securosys/core';
import type { Subscribe } from './host/events.js';
import type { TokenMetrics } from './host/metrics.js';
import type { CloseTokenOptions } from './host/token-options.js';
import type { DeleteKeyOptions } from './keys/delete-key.js';
import type { ImportKeyRequest } from './keys/import-key.js';
import type { Pkcs11KeyInfo } from './keys/key-facts.js';
import type { NewKeyOptions } from './keys/new-key.js';
import type { UnwrapKeyRequest, WrapKeyRequest } from './operations/move-keys.js';
import type { LibraryInfo, MechanismInfo, TokenInfo } from './token/token-calls.js';

/**
 * A token as a key backend, with what only PKCS#11 has. `begin` always answers `done`: nobody is asked. Errors carry the CKR name and number
 * in `details.upstreamName` and `details.upstreamCode`.
 */
export interface Pkcs11Backend extends KeyBackend {
  /** The token when it was opened; flags may have changed since. */
  readonly token: TokenInfo;
  /** What the library says of itself. */
  readonly library: LibraryInfo;
  /** The key that the URI named, if it named one. */
  readonly key: KeyRef | undefined;
  /**
   * Looks at the token each time: what is described is there.
   * @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_CHANGED` for another public key than `ref.spkiSha256`, `ERR_KEY_NOT_USABLE` when the token
   * shows no public half, `ERR_INVALID_ARGUMENT` with `details.matches` when several keys match
   */
  describeKey(ref: KeyRef, options?: CallOptions): Promise<Pkcs11KeyInfo>;
  /** Private keys whose public half is on the token, found by one search. */
  listKeys(options?: CallOptions): AsyncIterable<Pkcs11KeyInfo>;
  /**
   * Makes a pair under a fresh CKA_ID, reads it back and tries it. One that came out weaker than asked for is destroyed.
   * @throws SignError `ERR_KEY_EXISTS`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_PROTOCOL` with `details.deviations`; `ERR_OUTCOME_UNKNOWN` with
   * `details.ckaId` when the pair may be there
   */
  createKey(request: KeySpecRequest, options?: NewKeyOptions & CallOptions): Promise<Pkcs11KeyInfo>;
  /** Puts a private key from outside on the token, where its policy lets it. @throws SignError as `createKey` does, `ERR_MALFORMED` */
  importKey(request: ImportKeyRequest, options?: NewKeyOptions & CallOptions): Promise<Pkcs11KeyInfo>;
  /** Destroys a key and its public half. @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_INVALID_ARGUMENT` when several match */
  deleteKey(ref: KeyRef, options?: DeleteKeyOptions): Promise<void>;
  /** The chain of a key as far as the token has it, DER, leaf first; empty when it has none. */
  certificates(ref: KeyRef, options?: CallOptions): Promise<Uint8Array[]>;
  /** Stores the chain of a key, DER, in any order; what it had before goes last. @throws SignError `ERR_CHAIN_INVALID`, `ERR_MALFORMED` */
  storeCertificates(ref: KeyRef, chain: readonly Uint8Array[], options?: CallOptions): Promise<void>;
  /**
   * Makes an AES key of 256 bits that wraps and does nothing else.
   * @returns how it is named
   * @throws SignError `ERR_KEY_EXISTS`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_OUTCOME_UNKNOWN`
   */
  createWrappingKey(label: string, options?: CallOptions): Promise<KeyRef>;
  /**
   * An AES key by label or id, and its check value, which the key encrypts for this where it may.
   * @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_NOT_USABLE` for a key that is none of AES, `ERR_KEY_CHANGED`, `ERR_ALGORITHM_UNSUPPORTED`
   */
  describeSymmetricKey(ref: KeyRef, options?: CallOptions): Promise<SymmetricKeyInfo>;
  /**
   * Makes an AES key of 256 bits that encrypts and decrypts, and wraps no keys.
   * @throws SignError `ERR_KEY_EXISTS`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_OUTCOME_UNKNOWN`
   */
  createSymmetricKey(request: SymmetricKeyRequest, options?: CallOptions): Promise<SymmetricKeyInfo>;
  /**
   * Wraps a private key that may leave the token.
   * @returns PKCS#8 of the key, wrapped; SoftHSM 2.6 adds zeros to the PKCS#8 up to a multiple of 8 bytes
   * @throws SignError `ERR_KEY_NOT_USABLE` for a key that is not extractable, `ERR_ALGORITHM_UNSUPPORTED` where the token has no such format
   */
  wrapKey(request: WrapKeyRequest, options?: CallOptions): Promise<Uint8Array>;
  /**
   * Makes a private key of a wrapped one, with the public half that is given; both are tried together, and destroyed when they do not
   * belong together.
   * @throws SignError as `createKey` does, and `ERR_KEY_NOT_FOUND` for the wrapping key
   */
  unwrapKey(request: UnwrapKeyRequest, options?: NewKeyOptions & CallOptions): Promise<Pkcs11KeyInfo>;
  /** By CKM_… number, as the token says; an OAEP mechanism does not say for which hashes. */
  mechanisms(options?: CallOptions): Promise<ReadonlyMap<number, MechanismInfo>>;
  /** Subscribes to what the connection to the token goes through; what it returns ends the subscription. */
  readonly on: Subscribe;
  /** Counters since the token was opened. */
  metrics(): TokenMetrics;
  /** Lets a PIN be tried again that was wrong, after somebody has put it right. */
  forgetPinFailure(): Promise<void>;
  /** Waits for what runs, and closes the sessions of this backend. Twice is no error. */
  close(options?: CloseTokenOptions): Promise<void>;
}
