import type { ApprovalProgress, DecryptOperation, DeriveOperation, KeyInfo, OpenOperation } from './backend.js';
import type { SignError } from './errors.js';
import type { RequestBatch, SecretSource, SigningTarget } from './facts.js';
import type { KeyIntent } from './guards.js';
import type { SymmetricKeyInfo } from './symmetric-key.js';

/**
 * A use of a key that gives out a secret, before it happens. No ciphertext proves what it is the key to: `operation.facts`, `source` and
 * `target` are what the caller of the key knows, `operation.claims` are nobody's proof.
 */
export interface SecretIntent {
  /** A symmetric key decrypts, too: its operation is `open`. */
  readonly purpose: 'decrypt' | 'derive';
  readonly backend: string;
  readonly key: KeyInfo | SymmetricKeyInfo;
  readonly operation: DecryptOperation | DeriveOperation | OpenOperation;
  /** SHA-256 of the ciphertext, of the public key of the other side, or of the sealed text, hex. */
  readonly inputSha256: string;
  /** What the secret opens; absent when the caller does not know. */
  readonly source?: SecretSource;
  /** Where what it opens will be put; absent when the caller does not know. */
  readonly target?: SigningTarget;
  readonly batch?: RequestBatch;
}

/** Whether an intent is one to decrypt or derive, and not one to sign. */
export const isSecretIntent = (intent: KeyIntent): intent is SecretIntent =>
  intent.purpose === 'decrypt' || intent.purpose === 'derive';

/**
 * What came of it: as for a signature, but for `decrypted` and `derived`, which say that the caller gets the secret. Neither the secret nor
 * anything made of it is told.
 */
export interface SecretOutcome {
  readonly intent: SecretIntent;
  readonly result: 'decrypted' | 'derived' | 'pending' | 'refused' | 'failed';
  readonly requestId?: string;
  /** As last seen, where people were asked and the backend tells. */
  readonly approvals?: ApprovalProgress;
  readonly error?: SignError;
}
