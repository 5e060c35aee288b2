import type { SignatureAlgorithm } from './algorithms.js';
import type { KeyBackend, KeyInfo, KeyRef, SignInput } from './backend.js';
import type { Clock } from './clock.js';
import type { SigningDomain } from './domains.js';
import type { Claims, RequestBatch, SigningFacts, SigningTarget } from './facts.js';
import type { Guard, PublishedSignatures } from './guards.js';
import type { Operation, WaitOptions } from './operation.js';
import type { CallOptions } from './options.js';
import type { PendingStore } from './pending-store.js';
import type { Format } from './prepared.js';

/** One signature asked of a {@link Signer}. */
export interface SignRequest {
  readonly algorithm: SignatureAlgorithm;
  readonly input: SignInput;
  /** Signed along with the message, up to 255 bytes: tells uses of one ML-DSA key apart. No other algorithm has one. */
  readonly context?: Uint8Array;
  /** What kind of message this is. Bytes that look like another domain are refused; leave it out only with `allowOpaque`. */
  readonly domain?: SigningDomain;
  readonly facts?: SigningFacts;
  readonly claims?: Claims;
  /** Where the signature will be put, for guards. Never sent to the backend. */
  readonly target?: SigningTarget;
  /** With what else people are asked to decide on it. */
  readonly batch?: RequestBatch;
}

/** How a key is bound: what is known about it already, what it may sign, and where requests are remembered. */
export interface SignerOptions {
  /** Certificate chain, DER, leaf first, root last; else the backend's own is used. */
  chain?: readonly Uint8Array[];
  /** SubjectPublicKeyInfo DER: with it, a credential that may only use keys is enough. */
  publicKey?: Uint8Array;
  guards?: readonly Guard[];
  /** Formats that explain messages. Guards are told only what these recompute from the bytes; facts that say otherwise are refused. */
  formats?: readonly Pick<Format<unknown>, 'id' | 'explain'>[];
  /** Where intents and request ids are kept. Default: memory of this process, which a crash forgets. */
  store?: PendingStore;
  /** Allows certificates, CSRs, CRLs and OCSP responses to be signed: a right of its own (S9). */
  allowCertificates?: boolean;
  /** Allows messages of no known format. */
  allowOpaque?: boolean;
  /** Allows a digest without its preimage: nobody can see what it stands for (S2), nor can the result be verified here. */
  allowBlind?: boolean;
  clock?: Clock;
  /** Uniform in [0, 1), for polling jitter. */
  random?: () => number;
}

/** A key bound to a backend, with everything that every backend would otherwise repeat. */
export interface Signer {
  readonly backend: KeyBackend;
  /** As given; `describe` has the pinned form. */
  readonly ref: KeyRef;
  /** Where this signer keeps intents and request ids; signing requests over it are kept there too. */
  readonly store: PendingStore;
  readonly clock: Clock;
  /**
   * The key behind the reference. Asked once and remembered by its public key: a later change is `ERR_KEY_CHANGED` (S7).
   * @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_CHANGED`
   */
  describe(options?: CallOptions): Promise<KeyInfo>;
  /** Certificate chain, DER, leaf first; empty when there is none. The same array each time. */
  chain(options?: CallOptions): Promise<readonly Uint8Array[]>;
  /**
   * All that {@link Signer.begin} checks before the backend is asked, and every guard's `judge`. Uses no key and asks no people; guards are
   * told of a refusal, and of nothing else.
   * @throws SignError `ERR_CROSS_PROTOCOL`, `ERR_BLIND_SIGNING`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_KEY_CHANGED`,
   * `ERR_KEY_NOT_USABLE`, `ERR_FACTS_MISMATCH`, `ERR_INVALID_ARGUMENT`, `ERR_VETOED`
   */
  check(request: SignRequest, options?: CallOptions): Promise<void>;
  /**
   * Starts one use of the key, or continues the one that the store knows for the same bytes. Call `release` on the operation when
   * its result is kept.
   * @throws SignError `ERR_CROSS_PROTOCOL`, `ERR_BLIND_SIGNING`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_KEY_CHANGED`,
   * `ERR_KEY_NOT_USABLE`, `ERR_FACTS_MISMATCH`, `ERR_VETOED`, `ERR_OUTCOME_UNKNOWN`, and those of the backend
   */
  begin(request: SignRequest, options?: CallOptions): Promise<Operation<Uint8Array>>;
  /** {@link Signer.begin}, wait, and release. @throws SignError `ERR_APPROVAL_PENDING` when `timeoutMs` ran out, the request stays */
  sign(request: SignRequest, options?: WaitOptions): Promise<Uint8Array>;
  /** Tells the guards that signatures of this key were put where others find them. @throws what the first of them throws */
  published(publication: PublishedSignatures, options?: CallOptions): Promise<void>;
}
