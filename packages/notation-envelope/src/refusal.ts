import { SignError } from '@securosys/core';

const reasonCodes = [
  'malformed',
  'limit',
  'media-type',
  'content-type',
  'algorithm',
  'critical',
  'unknown-critical-attribute',
  'verification-plugin',
  'plugin-not-installed',
  'plugin-version',
  'plugin-capability',
  'plugin-failed',
  'plugin-unprocessed-attribute',
  'chain',
  'signature',
  'emulated',
  'trust-store',
  'not-anchored',
  'identity',
  'expired',
  'no-expiry',
  'too-old',
  'certificate-not-yet-valid',
  'certificate-expired',
  'timestamp-missing',
  'timestamp-invalid',
  'timestamp-outside-validity',
  'timestamp-authority-revoked',
  'timestamp-authority-unknown',
  'revocation-not-available',
  'revocation-not-asked',
  'revocation-unknown',
  'revoked',
  'subject-mismatch',
  'user-metadata',
  'refused-before',
] as const;

/**
 * Why a signature or a policy was refused, for programs. Codes are API: adding one is minor, renaming one is major.
 */
export type ReasonCode = (typeof reasonCodes)[number];

const known: ReadonlySet<unknown> = new Set(reasonCodes);

/** Whether a text is one of our reasons; errors of others may carry reasons of their own. */
export function isReasonCode(value: unknown): value is ReasonCode {
  return known.has(value);
}

/** `ERR_MALFORMED` (or `code`) whose `details.reason` tells programs which rule was broken. */
export function refusal(
  reason: ReasonCode,
  message: string,
  code: 'ERR_MALFORMED' | 'ERR_SIGNATURE_MISMATCH' = 'ERR_MALFORMED',
): SignError {
  return new SignError(code, message, { details: { reason } });
}

/** Throws a {@link refusal}. */
export function refuse(...args: Parameters<typeof refusal>): never {
  throw refusal(...args);
}
