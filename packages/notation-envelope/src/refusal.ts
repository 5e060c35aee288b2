import { SignError } from '@securosys/core';

/**
 * Why a signature or a policy was refused, for programs. Codes are API: adding one is minor, renaming one is major.
 */
export type ReasonCode =
  | 'malformed'
  | 'limit'
  | 'media-type'
  | 'content-type'
  | 'algorithm'
  | 'critical'
  | 'unknown-critical-attribute'
  | 'verification-plugin'
  | 'chain'
  | 'signature'
  | 'emulated'
  | 'trust-store'
  | 'not-anchored'
  | 'identity'
  | 'expired'
  | 'no-expiry'
  | 'too-old'
  | 'certificate-not-yet-valid'
  | 'certificate-expired'
  | 'revocation-not-available'
  | 'subject-mismatch'
  | 'user-metadata';

/** Throws `ERR_MALFORMED` (or `code`) whose `details.reason` tells programs which rule was broken. */
export function refuse(
  reason: ReasonCode,
  message: string,
  code: 'ERR_MALFORMED' | 'ERR_SIGNATURE_MISMATCH' = 'ERR_MALFORMED',
): never {
  throw new SignError(code, message, { details: { reason } });
}
