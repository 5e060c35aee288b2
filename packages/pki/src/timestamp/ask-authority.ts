import type { Clock, Fetch } from '@securosys/core';
import { boundedRequest, type Call } from '@securosys/transport';
import { refuse } from './reasons.js';
import { maxTimestampTokenBytes } from './token.js';

const queryType = 'application/timestamp-query';
const replyType = 'application/timestamp-reply';

/** Where and how an authority is asked. */
export interface AuthorityAddress {
  readonly url: URL;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Accepts `application/timestamp-reply; charset=…`. */
  readonly allowContentTypeParameters: boolean;
}

function isReply(type: string | null, withParameters: boolean): boolean {
  if (type === replyType) return true;
  return withParameters && type?.split(';')[0]?.trim().toLowerCase() === replyType;
}

/**
 * Sends a request over HTTP (RFC 3161 §3.4; `notation.md` §9.1 step 3).
 * @returns the body of a reply, smaller than 1 MiB
 * @throws SignError `ERR_PROTOCOL` with `details.reason`; those of the network
 */
export async function askAuthority(
  address: AuthorityAddress,
  query: Uint8Array,
  call: Call,
  timeoutMs: number,
): Promise<Uint8Array> {
  const { url, fetch, clock, allowContentTypeParameters } = address;
  const { status, headers, body } = await boundedRequest({
    fetch,
    clock,
    url,
    method: 'POST',
    headers: { 'content-type': queryType },
    body: query,
    maxBytes: maxTimestampTokenBytes - 1,
    timeoutMs,
    signal: call.signal,
    ...(call.logger && { logger: call.logger }),
  });
  if (status !== 200)
    refuse('reply-status', { why: `${status}`, details: { status }, retryable: status === 429 || status >= 500 });
  if (!isReply(headers.get('content-type'), allowContentTypeParameters)) refuse('reply-content-type');
  return body;
}
