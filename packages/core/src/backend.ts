import type { KeySpec, SignatureAlgorithm } from './algorithms.js';
import type { EncryptionAlgorithm } from './encryption-algorithms.js';
import type { Claims, RequestBatch, SigningFacts } from './facts.js';
import type { AgreementAlgorithm } from './key-agreement.js';
import type { CallOptions } from './options.js';
import type { SealAlgorithm, SymmetricKeyInfo, SymmetricKeyRequest } from './symmetric-key.js';

/**
 * How a key is named. Whatever is stored or pinned carries `spkiSha256`, or `checkSha256` for a symmetric key, so that a swapped key is
 * noticed (S7).
 */
export interface KeyRef {
  readonly label?: string;
  /** PKCS#11 `CKA_ID` or the backend's own binary id. */
  readonly id?: Uint8Array;
  /** SHA-256 of the SubjectPublicKeyInfo DER, 64 lower-case hex characters. */
  readonly spkiSha256?: string;
  /** Of a symmetric key, which has no public half: what `keyCheckSha256` makes of it, 64 lower-case hex characters. */
  readonly checkSha256?: string;
}

/** What a key may be used for, in the backend's own judgement. */
export type KeyUsage = 'sign' | 'verify' | 'encrypt' | 'decrypt' | 'wrap' | 'unwrap' | 'derive';

/** How we know where the private key lives. `attested` needs a verified attestation; a backend's word is `self-reported`. */
export type KeyAssurance = 'software' | 'self-reported' | 'attested' | 'emulated';

/** A key as its backend describes it. The public half is the truth; everything else is the backend's word. */
export interface KeyInfo {
  /** With `spkiSha256` filled in. */
  readonly ref: KeyRef;
  /** `undefined` for a key of a type that no format here uses. */
  readonly spec: KeySpec | undefined;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly usages: readonly KeyUsage[];
  /** Whether people must approve each use; `undefined` when the backend could not find out. */
  readonly needsApproval: boolean | undefined;
  readonly assurance: KeyAssurance;
  /** `true` while the backend refuses every use of the key. */
  readonly blocked?: boolean;
  /** When approvals of a use count, one entry for each way to collect them; absent when nobody is asked or the rules are unknown. */
  readonly approvalWindows?: readonly ApprovalWindow[];
}

/** One way to collect approvals, by milliseconds since the request was made. */
export interface ApprovalWindow {
  /** Nothing is executed before this. */
  readonly opensAfterMs: number;
  /** Nothing is executed from here on; absent: never too late. */
  readonly closesAfterMs?: number;
}

/** The message itself, or its digest by the algorithm's hash; `preimage` shows what a digest stands for (S2). */
export type SignInput =
  | { readonly message: Uint8Array; readonly digest?: never }
  | { readonly digest: Uint8Array; readonly preimage?: Uint8Array; readonly message?: never };

/** One signature asked of a backend: key, algorithm and input belong together and are never guessed from each other. */
export interface SignOperation {
  readonly kind: 'sign';
  readonly key: KeyRef;
  readonly algorithm: SignatureAlgorithm;
  readonly input: SignInput;
  /** Signed along with the message, up to 255 bytes; ML-DSA only. */
  readonly context?: Uint8Array;
  /** Recomputed from the input, for backends that show people what they approve. */
  readonly facts?: SigningFacts;
  readonly claims?: Claims;
  /** With what else people are asked to decide on it; for backends that show them. */
  readonly batch?: RequestBatch;
}

/**
 * Decrypting one block with a private key. The result is the plaintext: whoever asks deletes the request at the backend as soon as
 * the result arrived, and stores it nowhere (S14). Unwrapping makes a new key instead of bytes, so it is an act of the backends that
 * can do it and none of these.
 */
export interface DecryptOperation {
  readonly kind: 'decrypt';
  readonly key: KeyRef;
  readonly algorithm: EncryptionAlgorithm;
  /** As long as the modulus. */
  readonly ciphertext: Uint8Array;
  /** Recomputed from what the ciphertext came with, for backends that show people what they approve. */
  readonly facts?: SigningFacts;
  readonly claims?: Claims;
  /** With what else people are asked to decide on it; for backends that show them. */
  readonly batch?: RequestBatch;
}

/**
 * Agreeing on a secret with the public key of somebody else. The result is the raw secret, see {@link AgreementAlgorithm}, and is treated
 * like a plaintext (S14): who holds it reads whatever it protects.
 */
export interface DeriveOperation {
  readonly kind: 'derive';
  readonly key: KeyRef;
  readonly algorithm: AgreementAlgorithm;
  /** Of the other side, on the same curve: SubjectPublicKeyInfo DER. */
  readonly publicKey: Uint8Array;
  /** Recomputed from what the public key came with, for backends that show people what they approve. */
  readonly facts?: SigningFacts;
  readonly claims?: Claims;
  /** With what else people are asked to decide on it; for backends that show them. */
  readonly batch?: RequestBatch;
}

/** Encrypting a short plaintext to a key's public half. Asks nobody. */
export interface EncryptOperation {
  readonly kind: 'encrypt';
  readonly key: KeyRef;
  readonly algorithm: EncryptionAlgorithm;
  readonly plaintext: Uint8Array;
}

/** Sealing a short plaintext with a symmetric key, see {@link SealAlgorithm}. Asks nobody, or the key is none for this. */
export interface SealOperation {
  readonly kind: 'seal';
  /** By label or id; `checkSha256` is compared by whoever describes the key. */
  readonly key: KeyRef;
  readonly algorithm: SealAlgorithm;
  readonly plaintext: Uint8Array;
  /** Authenticated along with the plaintext, and not part of the result; absent is the same as empty. */
  readonly aad?: Uint8Array;
}

/** Opening what a symmetric key sealed. The result is the plaintext, treated like every other (S14). */
export interface OpenOperation {
  readonly kind: 'open';
  readonly key: KeyRef;
  readonly algorithm: SealAlgorithm;
  /** `iv ‖ ciphertext ‖ tag`. */
  readonly sealed: Uint8Array;
  /** As when it was sealed. */
  readonly aad?: Uint8Array;
  /** Recomputed from what the sealed text came with, for backends that show people what they approve. */
  readonly facts?: SigningFacts;
  readonly claims?: Claims;
  /** With what else people are asked to decide on it; for backends that show them. */
  readonly batch?: RequestBatch;
}

/** Everything a backend may be asked to do with a key. Answer a kind you do not know with `ERR_CAPABILITY_MISSING`. */
export type KeyOperation = SignOperation | DecryptOperation | EncryptOperation | DeriveOperation | SealOperation | OpenOperation;

/** People by the public keys they approve with: base64 of SubjectPublicKeyInfo DER, or a name where the backend has one. */
export interface ApprovalProgress {
  readonly approvedBy: readonly string[];
  readonly notYetApprovedBy: readonly string[];
  readonly rejectedBy: readonly string[];
}

/** `approved` means decided but not yet executed (a time lock still runs): keep polling. */
export type RequestState = { readonly approvals?: ApprovalProgress } & (
  | { readonly status: 'pending' | 'approved' }
  | { readonly status: 'executed'; readonly result: Uint8Array }
  | { readonly status: 'rejected' | 'expired' | 'cancelled' | 'failed'; readonly reason?: string }
);

/** Where a request stands; all but `pending` and `approved` are final. */
export type RequestStatus = RequestState['status'];

/** `done`: the result, because nobody had to be asked; `pending`: the backend's id of the request that people now decide on. */
export type BeginResult = { readonly done: Uint8Array } | { readonly pending: string };

/** The one thing that a key may do (S4). */
export type KeyPurpose = 'sign' | 'decrypt' | 'derive';

/** A key to be made. Its private half never leaves the backend. */
export interface KeySpecRequest {
  readonly label: string;
  readonly spec: KeySpec;
  /** The one thing that the key may do (S4). Default `sign`. */
  readonly purpose?: KeyPurpose;
}

/** Options of one look at a request. */
export interface PollOptions extends CallOptions {
  /** What the request was made for, for backends whose results read differently; `sign` unless it is said. */
  kind?: KeyOperation['kind'];
}

/**
 * The narrow waist of the SDK: all that a TSB, a PKCS#11 token, a software key or a cloud KMS has to do.
 *
 * Results: ECDSA as fixed-width r‖s, RSA as long as the modulus, in arrays of their own. Errors: `SignError` with
 * `ERR_KEY_NOT_FOUND`, `ERR_KEY_NOT_USABLE` (blocked, wrong usage), `ERR_ALGORITHM_UNSUPPORTED`, `ERR_AUTHENTICATION`,
 * `ERR_FORBIDDEN`, `ERR_NETWORK`, `ERR_UNAVAILABLE`, `ERR_TIMEOUT`, `ERR_PROTOCOL`; `ERR_OUTCOME_UNKNOWN` when `begin` may
 * have created a request whose id was lost. `describeKeyBackend` of `@securosys/testing` checks an implementation.
 */
export interface KeyBackend {
  /** Stable: the same partition or token has the same id in every process. Holds no secret. */
  readonly id: string;
  /** @throws SignError `ERR_KEY_NOT_FOUND` */
  describeKey(ref: KeyRef, options?: CallOptions): Promise<KeyInfo>;
  /** Never called twice for one operation by `core`: a backend must not repeat a create by itself. */
  begin(operation: KeyOperation, options?: CallOptions): Promise<BeginResult>;
  /** One look at a request. @throws SignError `ERR_REQUEST_NOT_FOUND` */
  poll?(id: string, options?: PollOptions): Promise<RequestState>;
  /**
   * Waits for a state other than `known`, or answers `known` after `timeoutMs`. For backends that can watch many requests with few
   * calls; without it each operation polls for itself. A look that fails for a moment is repeated here and never loses a waiter.
   * @throws SignError `ERR_REQUEST_NOT_FOUND`; `signal.reason` when aborted
   */
  watch?(id: string, known: RequestState, options?: PollOptions): Promise<RequestState>;
  /**
   * Withdraws the request at the backend, or deletes one that has ended along with its result, where the backend can. Cancelling one
   * that has ended is no error.
   */
  cancel?(id: string, options?: CallOptions): Promise<void>;
  /** Ids of all requests known now, to compare before and after a lost answer. */
  candidates?(options?: CallOptions): AsyncIterable<string>;
  /**
   * Whether a request that people still decide on was made for this very operation; `undefined` when nobody can tell. Only for
   * backends with a credential that sees what approvers see.
   */
  recognises?(id: string, operation: KeyOperation, options?: CallOptions): Promise<boolean | undefined>;
  /** Certificate chain stored with the key, DER, leaf first; empty when there is none. */
  certificates?(ref: KeyRef, options?: CallOptions): Promise<Uint8Array[]>;
  listKeys?(options?: CallOptions): AsyncIterable<KeyInfo>;
  createKey?(spec: KeySpecRequest, options?: CallOptions): Promise<KeyInfo>;
  /**
   * Describes a symmetric key, which `describeKey` and `listKeys` leave out. A backend without it does not seal and does not open.
   * @throws SignError `ERR_KEY_NOT_FOUND`; `ERR_KEY_NOT_USABLE` for a key that is no AES key; `ERR_KEY_CHANGED` for another `checkSha256`
   */
  describeSymmetricKey?(ref: KeyRef, options?: CallOptions): Promise<SymmetricKeyInfo>;
  createSymmetricKey?(request: SymmetricKeyRequest, options?: CallOptions): Promise<SymmetricKeyInfo>;
  close(): Promise<void>;
}
