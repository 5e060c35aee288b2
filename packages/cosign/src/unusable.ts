import { SignError } from '@securosys/core';

const unusableCodes = ['ERR_MALFORMED', 'ERR_LIMIT', 'ERR_DIGEST_MISMATCH', 'ERR_NOT_FOUND', 'ERR_PROTOCOL'] as const;

/** Codes that say that one stored thing is unusable, and nothing about the registry or the other things there. */
export type UnusableCode = (typeof unusableCodes)[number];

/** Whether an error is about one stored thing. */
export function isUnusable(error: unknown): error is SignError & { readonly code: UnusableCode } {
  return SignError.is(error) && unusableCodes.some((code) => code === error.code);
}
