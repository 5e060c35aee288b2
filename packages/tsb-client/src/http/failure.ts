import { type Clock, parseJson, SignError, type SignErrorDetails, sanitizeText } from '@securosys/core';
import { errorBodyDto, meaningOf, type TsbErrorBody } from '../api/errors.js';
import { repeatsSecret } from './echo.js';
import { httpTime, retryAfterMs } from './repetition.js';

function errorBody(body: Uint8Array): TsbErrorBody | undefined {
  try {
    return errorBodyDto.received.parse(parseJson(body, { what: 'error body', maxBytes: 64 * 1024 }));
  } catch (error) {
    // A proxy answers with a page of its own: then the HTTP status is all there is.
    if (SignError.is(error)) return undefined;
    throw error;
  }
}

/** A refused call. */
export interface Refusal {
  readonly error: SignError;
  readonly status: number;
  readonly errorCode: number | undefined;
  /** How long the server asks to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** What came back, beside its body. */
export interface RefusedAnswer {
  readonly status: number;
  readonly headers: Headers;
}

/** Statuses that a proxy before the TSB gives with a page of its own, and that mean what they say. */
const proxyStatuses = new Set([401, 403, 429, 502, 503, 504]);
/** `res.error.input.timestamp.off`: a login by a signed time. */
const timestampOff = 404;

/** How far the clock of the server is ahead of ours, in whole seconds; from its `Date`, which is of the same moment. */
function clockHint(headers: Headers, clock: Clock): { details: SignErrorDetails; text: string } {
  const theirs = httpTime(headers.get('date'));
  if (theirs === undefined) return { details: {}, text: '; compare the clock of this machine with that of the TSB' };
  const aheadSeconds = Math.round((theirs - clock.now()) / 1000);
  const way = aheadSeconds < 0 ? 'behind' : 'ahead of';
  const text = `; the clock of the TSB is ${Math.abs(aheadSeconds)} s ${way} that of this machine`;
  return { details: { clockAheadSeconds: aheadSeconds }, text };
}

/**
 * Turns an answer that is no success into an error. The server's text is sanitised, and cut to 200 characters; text that repeats
 * one of `secrets` is left out.
 */
export function refusalOf(
  what: string,
  { status, headers }: RefusedAnswer,
  body: Uint8Array,
  secrets: Iterable<string>,
  clock: Clock,
): Refusal {
  const parsed = errorBody(body);
  const { errorCode } = parsed ?? {};
  const quoted = (text: string | undefined) => (text !== undefined && repeatsSecret(text, secrets) ? undefined : text);
  const [reason, message] = [quoted(parsed?.reason), quoted(parsed?.message)];
  const code = parsed || proxyStatuses.has(status) ? meaningOf(status, errorCode) : 'ERR_PROTOCOL';
  const waitMs = retryAfterMs(headers.get('retry-after'), clock.now());
  const hint = errorCode === timestampOff ? clockHint(headers, clock) : undefined;
  const details: SignErrorDetails = {
    status,
    ...(errorCode !== undefined && { upstreamCode: errorCode }),
    ...(reason !== undefined && { upstreamName: sanitizeText(reason, 80) }),
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
    ...hint?.details,
  };
  const unsaid =
    parsed === undefined ? ' (the answer is not JSON)' : parsed.message === undefined ? '' : ' (its text repeats a secret)';
  const said = message === undefined ? unsaid : `: ${sanitizeText(message)}`;
  const named = reason === undefined ? '' : ` ${sanitizeText(reason, 80)}`;
  // Something that exists already will exist the next time too, unlike the conflicts of stores.
  const retry = code === 'ERR_CONFLICT' ? { retryable: false } : {};
  const text = `${what} was refused with HTTP ${status}${named}${said}${hint?.text ?? ''}`;
  return { error: new SignError(code, text, { details, ...retry }), status, errorCode, retryAfterMs: waitMs };
}
