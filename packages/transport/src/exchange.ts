import { type Fetch, SignError } from '@securosys/core';
import { discard } from './body.js';
import type { Call } from './call.js';
import { networkError } from './network-error.js';

/** One request. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Value of `Authorization`, attached here and nowhere earlier (S39). */
  readonly authorization?: string | undefined;
}

/**
 * One request and the head of its answer. Redirects are never followed here, and no content coding is taken.
 * @throws SignError `ERR_NETWORK`, `ERR_TIMEOUT`, `ERR_PROTOCOL` for an encoded body, and what `fetch` refuses (`ERR_ORIGIN_REFUSED`)
 */
export async function exchange(call: Call, fetch: Fetch, request: Exchange): Promise<Response> {
  call.check();
  const headers: Record<string, string> = { 'accept-encoding': 'identity', ...request.headers };
  if (request.authorization !== undefined) headers.authorization = request.authorization;
  let sent: Promise<Response> | undefined;
  let response: Response;
  try {
    sent = fetch(request.url, {
      method: request.method,
      headers,
      redirect: 'manual',
      signal: call.signal,
      ...(request.body && { body: request.body as Uint8Array<ArrayBuffer> }),
    });
    response = await call.race(sent);
  } catch (error) {
    // A `fetch` that does not heed the signal may answer yet, and a body that nobody lets go of holds its connection.
    void sent?.then(discard, () => undefined);
    call.check();
    if (SignError.is(error)) throw error;
    throw networkError(`no answer from ${request.url.host}`, error);
  }
  const coding = response.headers.get('content-encoding');
  if (coding !== null && coding !== 'identity') {
    await discard(response);
    // One coding hides what the caps count, and stacked ones cost without end (CVE-2026-22036); we asked for none.
    throw new SignError('ERR_PROTOCOL', `${request.url.host} sent an encoded body that nobody asked for`);
  }
  return response;
}
