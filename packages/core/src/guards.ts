import type { KeyInfo, SignOperation } from './backend.js';
import type { SigningDomain } from './domains.js';
import type { SignError } from './errors.js';

/**
 * What is about to happen. `operation.facts` are what the signer's `formats` recomputed from the bytes, absent when none of them
 * explains the bytes; `operation.claims` are nobody's proof.
 */
export interface SigningIntent {
  readonly backend: string;
  readonly key: KeyInfo;
  readonly domain: SigningDomain | undefined;
  readonly operation: SignOperation;
  /** SHA-256 of the message or digest given, hex. */
  readonly inputSha256: string;
}

/** What came of an intent: a verified signature, a request that people decide on (`requestId`), or an error. */
export interface SigningOutcome {
  readonly intent: SigningIntent;
  readonly result: 'signed' | 'pending' | 'failed';
  readonly requestId?: string;
  readonly error?: SignError;
}

/**
 * A second opinion on every use of a key: policy and audit sit here. `before` vetoes by throwing; whatever it throws
 * reaches the caller as the cause of `ERR_VETOED`. `after` is told once per begun operation; an error in it is thrown on.
 */
export interface Guard {
  before?(intent: SigningIntent): Promise<void> | void;
  after?(outcome: SigningOutcome): Promise<void> | void;
}
