import { type Descriptor, SignError, type SignErrorCode, sanitizeText } from '@securosys/core';
import type { SigningScheme } from '../envelope/signed-attributes.js';
import { isReasonCode, type ReasonCode } from '../refusal.js';
import type { CheckAction, LevelName, PolicyCheck } from '../trust/verification-level.js';
import type { AnchorFound, PluginVerdict, RevocationSummary, TimestampFound } from './outcome-findings.js';

/** Checks of the policy, and those that every level enforces. */
export type CheckType = PolicyCheck | 'verificationPlugin' | 'emulation' | 'freshness' | 'subject' | 'userMetadata';

/** Why a check failed, or why it did not run: a stable code for programs, a sentence for people. */
export interface CheckReason {
  readonly code: ReasonCode;
  readonly message: string;
}

/** What one check found. A failure under `log` refuses nothing; it must be shown all the same. */
export interface CheckResult {
  readonly type: CheckType;
  readonly action: CheckAction;
  /** `skipped`: it did not run, because the policy says so or because nothing could save the signature any more. */
  readonly result: 'pass' | 'fail' | 'skipped';
  /** Present when the check failed, and when it did not run for another reason than its `action`. */
  readonly reason?: CheckReason;
  /** Of `authenticity`: the anchor that the chain reaches, also when the signer is nobody's trusted identity. */
  readonly anchor?: AnchorFound;
  /** Of `authenticTimestamp`: the timestamp, once its token is verified. */
  readonly timestamp?: TimestampFound;
  /** Of `revocation`: what responders and CRLs said of the signing chain. */
  readonly revocation?: RevocationSummary;
  /** Of `verificationPlugin`, and of checks that a plugin decided. */
  readonly plugin?: PluginVerdict;
}

/** Who signed, as far as the envelope's chain says. */
export interface SignerIdentity {
  /** RFC 4514 text of the leaf's subject, made safe to show. */
  readonly subject: string;
  /** SHA-256 of each certificate, lower-case hex, leaf first. */
  readonly thumbprints: readonly string[];
  /** SHA-256 of the leaf's SubjectPublicKeyInfo, lower-case hex. */
  readonly spkiSha256: string;
}

/** What a signature says of itself. True only as far as the verdict goes. */
export interface SignatureContents {
  readonly subject: Descriptor;
  readonly signer: SignerIdentity;
  readonly scheme: SigningScheme;
  /** Milliseconds since 1970. In `notary.x509` the signer's own claim. */
  readonly signedAt: number;
  /** Milliseconds since 1970; absent: never expires. */
  readonly expiresAt?: number;
}

/** What every outcome says, whatever the verdict. */
export interface Evaluated {
  /** Name of the policy statement that was applied. */
  readonly statement: string;
  readonly level: LevelName;
  /** In the order in which they ran. */
  readonly checks: readonly CheckResult[];
}

/**
 * The verdict on one signature. Compare `verdict`: an outcome is an object and therefore never falsy, and it has no member
 * that means yes or no by itself (S24). `skipped` means that nothing at all was verified.
 */
export type SignatureOutcome =
  | (Evaluated & {
      readonly verdict: 'trusted';
      /** Failures that the policy only wants reported; empty at level strict. */
      readonly warnings: readonly CheckResult[];
      readonly signature: SignatureContents;
    })
  | (Evaluated & {
      readonly verdict: 'not-trusted';
      /** Failures that refuse the signature; at least one. */
      readonly failures: readonly CheckResult[];
      /** Absent when the integrity check failed: then nothing in the envelope is known. */
      readonly signature?: SignatureContents;
    })
  | (Evaluated & { readonly verdict: 'skipped' });

/** Reasons of refusals in the integrity check that say none themselves. */
const integrityReasons: Partial<Record<SignErrorCode, ReasonCode>> = {
  ERR_CHAIN_INVALID: 'chain',
  ERR_ALGORITHM_UNSUPPORTED: 'algorithm',
  ERR_LIMIT: 'limit',
};

/** Reasons of refusals elsewhere that say none themselves: whoever was asked failed. */
const otherReasons: Partial<Record<CheckType, ReasonCode>> = {
  revocation: 'revocation-unknown',
  verificationPlugin: 'plugin-failed',
};

/** The reason of a refusal that was thrown; anything but a `SignError` is thrown on. */
export function reasonOf(error: unknown, type: CheckType): CheckReason {
  if (!SignError.is(error)) throw error;
  const { code, details, message } = error;
  // Only reading a trust store is left to fail without a reason of ours.
  const unnamed = type === 'integrity' ? (integrityReasons[code] ?? 'malformed') : (otherReasons[type] ?? 'trust-store');
  return { code: isReasonCode(details.reason) ? details.reason : unnamed, message: sanitizeText(message, 400) };
}
