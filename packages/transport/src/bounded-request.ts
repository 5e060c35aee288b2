import { type CallOptions, type Clock, type Fetch, invalidArgument, knownOptions } from '@securosys/core';
import { discard, readBody } from './body.js';
import { withCall } from './call.js';
import { exchange } from './exchange.js';

/** One request with all its limits. */
export interface BoundedRequest extends CallOptions {
  /** Usually what `createOutboundFetch` returned, which decides where requests may go. */
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly url: string | URL;
  /** Default `GET`. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Most bytes of the answer. */
  readonly maxBytes: number;
  /** Deadline of the whole request, body included, in milliseconds. */
  readonly timeoutMs: number;
  /** Slowest body in bytes per second, measured after the first five seconds; default 256. */
  readonly minBytesPerSecond?: number;
}

/** An answer, read to its end. */
export interface BoundedResponse {
  /** As it came: also 3xx, 4xx, 5xx. */
  readonly status: number;
  readonly headers: Headers;
  /** In memory of its own; empty after a redirect, which is not followed. */
  readonly body: Uint8Array;
}

const names = ['fetch', 'clock', 'url', 'method', 'headers', 'body', 'maxBytes', 'timeoutMs', 'minBytesPerSecond'];

/**
 * Sends one request and reads the answer within its limits. No redirect is followed, no content coding taken, nothing repeated.
 *
 * @example
 * ```ts
 * import { systemClock } from '@securosys/core';
 * import { boundedRequest, createOutboundFetch } from '@securosys/transport';
 * const fetch = createOutboundFetch({ schemes: ['https:', 'http:'] });
 * const { status, body } = await boundedRequest({
 *   fetch,
 *   clock: systemClock,
 *   url: 'http://crl.example/ca.crl',
 *   maxBytes: 1024 * 1024,
 *   timeoutMs: 5000,
 * });
 * console.log(status, body.byteLength);
 * await fetch.close();
 * ```
 * @throws SignError `ERR_NETWORK`, `ERR_TIMEOUT`, `ERR_LIMIT`, `ERR_PROTOCOL`, `ERR_ORIGIN_REFUSED`, `ERR_INVALID_ARGUMENT`
 */
export async function boundedRequest(request: BoundedRequest): Promise<BoundedResponse> {
  knownOptions('boundedRequest', request, [...names, 'signal', 'logger']);
  const { fetch, clock, url, method = 'GET', headers, body, maxBytes, minBytesPerSecond } = request;
  // Its text may hold a login, so no error shows it.
  const target = URL.canParse(String(url)) ? new URL(url) : invalidArgument('url is no absolute URL');
  return withCall(clock, request.timeoutMs, request, async (call) => {
    const response = await exchange(call, fetch, { method, url: target, ...(headers && { headers }), ...(body && { body }) });
    const { status } = response;
    const answer = { status, headers: response.headers };
    if (status >= 300 && status < 400) {
      await discard(response);
      return { ...answer, body: new Uint8Array(0) };
    }
    const what = `the answer of ${target.host}`;
    return { ...answer, body: await readBody(call, response, { maxBytes, minBytesPerSecond, what }) };
  });
}
