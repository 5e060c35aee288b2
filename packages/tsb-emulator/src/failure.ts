import { SignError } from '@securosys/core';
import { tsbErrors } from '@securosys/tsb-client/api';

/**
 * An error as a TSB gives it (`tsb-rest-api.md` §2.1): the same `SignError` that a client makes of the answer, so that the
 * in-process conveniences fail just like calls over HTTP.
 * @param status HTTP status, where it differs from the table's
 */
export function failure(errorCode: number, message: string, status?: number): SignError {
  const facts = tsbErrors.get(errorCode);
  if (!facts) throw new TypeError(`no TSB error ${errorCode}`);
  return new SignError(facts.meaning, message, {
    details: { status: status ?? facts.status, upstreamName: facts.reason, upstreamCode: errorCode },
  });
}

/** Status and body of the answer to a call that failed with `error`. Anything unforeseen is 500 without its text. */
export function errorAnswer(error: unknown): { status: number; body: { errorCode: number; reason: string; message: string } } {
  if (SignError.is(error)) {
    const { status, upstreamName, upstreamCode } = error.details;
    if (status !== undefined && upstreamName !== undefined && upstreamCode !== undefined)
      return { status, body: { errorCode: upstreamCode, reason: upstreamName, message: error.message } };
    if (error.code === 'ERR_INVALID_ARGUMENT' || error.code === 'ERR_MALFORMED') return errorAnswer(failure(600, error.message));
    if (error.code === 'ERR_STORE') return errorAnswer(failure(703, error.message));
    if (error.code === 'ERR_LIMIT') return errorAnswer(failure(600, error.message, 413));
  }
  return errorAnswer(failure(1, 'the emulator failed'));
}
