import { SignError, type SignErrorCode } from '@securosys/core';

const theirs: ReadonlySet<SignErrorCode> = new Set([
  'ERR_MALFORMED',
  'ERR_LIMIT',
  'ERR_DIGEST_MISMATCH',
  'ERR_NOT_FOUND',
  'ERR_PROTOCOL',
]);

/** Whether an error says that one stored thing is unusable, and nothing about the registry or the other things there. */
export function isUnusable(error: unknown): error is SignError {
  return SignError.is(error) && theirs.has(error.code);
}
