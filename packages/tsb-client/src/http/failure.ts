import { parseJson, SignError, type SignErrorDetails, sanitizeText } from '@securosys/core';
import { errorBodyDto, meaningOf, type TsbErrorBody } from '../api/errors.js';
import { repeatsSecret } from './echo.js';

function errorBody(body: Uint8Array): TsbErrorBody | undefined {
  try {
    return errorBodyDto.received.parse(parseJson(body, { what: 'error body', maxBytes: 64 * 1024 }));
  } catch (error) {
    // A proxy answers with a page of its own: then the HTTP status is all there is.
    if (SignError.is(error)) return undefined;
    throw error;
  }
}

/** A refused call: our error, and whether the TSB itself (not something before it) said so. */
export interface Refusal {
  readonly error: SignError;
  readonly status: number;
  readonly errorCode: number | undefined;
  /** True when the body is the TSB's own error with a number or a reason. */
  readonly fromTsb: boolean;
}

/** Statuses that a proxy before the TSB gives with a page of its own, and that mean what they say. */
const proxyStatuses = new Set([401, 403, 429, 502, 503, 504]);

/**
 * Turns an answer that is no success into an error. The server's text is sanitised, and cut to 200 characters; text that repeats
 * one of `secrets` is left out.
 */
export function refusalOf(what: string, status: number, body: Uint8Array, secrets: Iterable<string>): Refusal {
  const parsed = errorBody(body);
  const { errorCode } = parsed ?? {};
  const quoted = (text: string | undefined) => (text !== undefined && repeatsSecret(text, secrets) ? undefined : text);
  const [reason, message] = [quoted(parsed?.reason), quoted(parsed?.message)];
  const code = parsed || proxyStatuses.has(status) ? meaningOf(status, errorCode) : 'ERR_PROTOCOL';
  const details: SignErrorDetails = {
    status,
    ...(errorCode !== undefined && { upstreamCode: errorCode }),
    ...(reason !== undefined && { upstreamName: sanitizeText(reason, 80) }),
  };
  const unsaid =
    parsed === undefined ? ' (the answer is not JSON)' : parsed.message === undefined ? '' : ' (its text repeats a secret)';
  const said = message === undefined ? unsaid : `: ${sanitizeText(message)}`;
  const named = reason === undefined ? '' : ` ${sanitizeText(reason, 80)}`;
  const error = new SignError(code, `${what} was refused with HTTP ${status}${named}${said}`, { details });
  return { error, status, errorCode, fromTsb: errorCode !== undefined || parsed?.reason !== undefined };
}
