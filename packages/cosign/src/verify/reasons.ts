import { SignError, sanitizeText } from '@securosys/core';
import { isUnusable, type UnusableCode } from '../unusable.js';

/** Why one signature does not count. The codes are stable. */
export type CosignSignatureReason =
  /** It, or what it signs, is not what the format says; nothing in it is known. */
  | 'malformed'
  /** It is larger than anything that is read. */
  | 'limit'
  /** It cannot be fetched, or is not what its descriptor says. */
  | 'unreadable'
  /** No trusted key made it: another key, or changed bytes. */
  | 'no-trusted-key'
  /** The envelope in a bundle names another key, so that cosign would skip it. */
  | 'key-id'
  /** It was made by a key that may not sign this, or outside the time in which the key may. */
  | 'key-not-allowed'
  | 'key-not-valid'
  /** It is about something else. */
  | 'subject-mismatch'
  /** It says something else: an attestation is no image signature, and one of another type is not the one that is asked for. */
  | 'predicate-type'
  /** An annotation that is demanded is missing or different. */
  | 'annotations'
  | 'timestamp-missing'
  | 'timestamp-invalid';

/** Why a verdict is `not-trusted`. */
export type CosignVerdictReason =
  /** There is nothing that could be a signature. */
  | 'no-signatures'
  /** There are signatures, and none counts. */
  | 'no-good-signature'
  /** Some count, but too few distinct keys made them. */
  | 'threshold'
  /** Policy demands both shapes, and one does not reach the threshold. */
  | 'shape-missing'
  /** A limit ended the search before enough good signatures were found: not the same as "there are none". */
  | 'limit';

/** A stable code for programs and a sentence for people. */
export interface Reason<Code extends string> {
  readonly code: Code;
  readonly message: string;
}

/** A signature does not count; carried to its result by {@link reasonOf}. */
class Refusal extends SignError {
  readonly reason: Reason<CosignSignatureReason>;
  constructor(reason: Reason<CosignSignatureReason>) {
    super('ERR_NOT_TRUSTED', reason.message, { details: { reason: reason.code } });
    this.reason = reason;
  }
}

/** Ends the judging of one signature. */
export function refuse(code: CosignSignatureReason, message: string): never {
  throw new Refusal({ code, message });
}

const codes: Readonly<Record<UnusableCode, CosignSignatureReason>> = {
  ERR_MALFORMED: 'malformed',
  ERR_LIMIT: 'limit',
  ERR_DIGEST_MISMATCH: 'unreadable',
  ERR_NOT_FOUND: 'unreadable',
  ERR_PROTOCOL: 'unreadable',
};

/** Why a signature does not count, from what was thrown; anything that is not about the signature is thrown on. */
export function reasonOf(error: unknown): Reason<CosignSignatureReason> {
  if (error instanceof Refusal) return error.reason;
  if (!isUnusable(error)) throw error;
  return { code: codes[error.code], message: sanitizeText(error.message, 400) };
}
