import type { ApprovalProgress, KeyInfo, SignOperation } from './backend.js';
import type { Descriptor } from './descriptor.js';
import type { SigningDomain } from './domains.js';
import type { SignError } from './errors.js';
import type { RequestBatch, SigningTarget } from './facts.js';
import type { CallOptions } from './options.js';
import type { SecretIntent, SecretOutcome } from './secret-intent.js';

/**
 * What is about to happen. `operation.facts` are what the signer's `formats` recomputed from the bytes, absent when none of them
 * explains the bytes; `operation.claims` are nobody's proof.
 */
export interface SigningIntent {
  /** Absent in intents of before there were others: `sign`. */
  readonly purpose?: 'sign';
  readonly backend: string;
  readonly key: KeyInfo;
  readonly domain: SigningDomain | undefined;
  readonly operation: SignOperation;
  /** SHA-256 of the message or digest given, hex. */
  readonly inputSha256: string;
  /** Where the signature will be put; absent when the caller does not know. */
  readonly target?: SigningTarget;
  readonly batch?: RequestBatch;
}

/**
 * What came of an intent: `signed`, a verified signature; `pending`, a request at the backend (`requestId`) that people decide on, or have
 * decided on, which is told when somebody looks;
 * `refused`, by a guard (`ERR_VETOED`) or by people (`ERR_APPROVAL_REJECTED`); `failed`, any other error.
 */
export interface SigningOutcome {
  readonly intent: SigningIntent;
  readonly result: 'signed' | 'pending' | 'refused' | 'failed';
  readonly requestId?: string;
  /** As last seen, where people were asked and the backend tells. */
  readonly approvals?: ApprovalProgress;
  /** Of the signature as {@link Signer.begin} gives it out, 64 hex characters; when `signed`. */
  readonly signatureSha256?: string;
  readonly error?: SignError;
}

/** Any use of a key, before it happens: `purpose` tells which. */
export type KeyIntent = SigningIntent | SecretIntent;

/** What came of an intent of one kind. */
export type OutcomeOf<Intent extends KeyIntent> = Intent extends SecretIntent ? SecretOutcome : SigningOutcome;

/** That signatures were put where others find them, as their publisher tells it. */
export interface PublishedSignatures {
  /** `inputSha256` of the uses of the key that they needed. */
  readonly inputs: readonly string[];
  readonly target: SigningTarget;
  /** What was written; empty for signatures that went to the caller. */
  readonly artifacts: readonly Descriptor[];
  /** Of the signing request. */
  readonly requestId?: string;
  /** Id of the format, for example `notation-jws`. */
  readonly format: string;
}

/** As guards are told. */
export interface Publication extends PublishedSignatures {
  readonly backend: string;
  readonly key: KeyInfo;
}

/**
 * A second opinion on every use of a key: policy and audit sit here. `judge` and `before` veto by throwing; whatever they throw reaches
 * the caller as the cause of `ERR_VETOED`, and an `ERR_VETOED` of their own as it is. A plain `Guard` is one for signatures, a
 * `Guard<SecretIntent>` for keys that decrypt, and a `Guard<KeyIntent>` for both.
 */
export interface Guard<Intent extends KeyIntent = SigningIntent> {
  /**
   * A veto without side effects, asked any number of times: before anything of a request is sent, at each beginning, and once more before
   * what was signed is used.
   */
  judge?(intent: Intent, options?: CallOptions): Promise<void> | void;
  /** Directly before the backend is asked, when every `judge` has agreed. */
  before?(intent: Intent): Promise<void> | void;
  /**
   * Told once per begun operation, also of one that a guard refused, and a second time when this process learns how one that was `pending`
   * has ended; and of a check that a guard refused. Every guard is told; the first error is thrown on, and an end that not all could note is
   * told again by the next look.
   */
  after?(outcome: OutcomeOf<Intent>): Promise<void> | void;
  /** Told when signatures were put where others find them. The first error is thrown on when every guard was told. */
  published?(publication: Publication): Promise<void> | void;
}
