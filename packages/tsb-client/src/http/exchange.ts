import { type Clock, type Fetch, parseJson, SignError } from '@securosys/core';
import type { Endpoint } from '../api/endpoints.js';
import { letGo, readBody } from './body.js';
import { type Refusal, refusalOf } from './failure.js';
import { networkFailure } from './network-failure.js';
import type { WireRequest } from './request.js';

/** Whether an attempt that may have been executed has no reliable answer. */
export interface Progress {
  open: boolean;
}

export interface Credentials {
  readonly bearer: string | undefined;
  readonly apiKey: string | undefined;
  /** Everything secret that this call has sent so far: no answer may carry it into an error. */
  readonly sent: ReadonlySet<string>;
}

export type Attempt<A> = { readonly answer: A } | { readonly refusal: Refusal } | { readonly failed: SignError };

export interface ExchangeSettings {
  readonly fetch: Fetch;
  readonly maxResponseBytes: number;
  readonly clock: Clock;
}

/** Credentials are attached here, as late as possible (S39). */
function requestInit<Q, A>(
  endpoint: Endpoint<Q, A>,
  wire: WireRequest,
  credentials: Credentials,
  signal: AbortSignal,
): RequestInit {
  const headers: Record<string, string> = { accept: 'application/json', 'accept-encoding': 'identity' };
  if (wire.body !== undefined) headers['content-type'] = 'application/json';
  if (credentials.bearer !== undefined) headers.authorization = `Bearer ${credentials.bearer}`;
  if (credentials.apiKey !== undefined) headers['x-api-key'] = credentials.apiKey;
  // `manual`: the platform's redirect would carry X-API-KEY and a body with passwords to wherever the answer points (S25).
  const init: RequestInit = { method: endpoint.method, headers, redirect: 'manual', signal };
  return wire.body === undefined ? init : { ...init, body: wire.body };
}

function refuseRedirect(what: string, response: Response): void {
  const { status, type, redirected } = response;
  if (redirected || type === 'opaqueredirect' || (status >= 300 && status < 400))
    throw new SignError('ERR_ORIGIN_REFUSED', `${what} was answered with a redirect, which is never followed`, {
      details: { status },
    });
}

/** One coding hides what the limits count, and stacked ones cost without end (S23, CVE-2026-22036); none was asked for. */
function refuseEncoding(what: string, response: Response): void {
  const coding = response.headers.get('content-encoding');
  if (coding === null || coding.toLowerCase() === 'identity') return;
  letGo(response);
  throw new SignError('ERR_PROTOCOL', `${what} got an encoded answer that nobody asked for`, {
    details: { status: response.status },
  });
}

function answerOf<A>(what: string, endpoint: Endpoint<unknown, A>, status: number, body: Uint8Array): A {
  const { response } = endpoint;
  if (!response) return undefined as A;
  try {
    return response.received.parse(parseJson(body, { what: 'answer of the TSB', maxBytes: body.byteLength }));
  } catch (error) {
    if (!SignError.is(error) || error.code === 'ERR_LIMIT') throw error;
    const paths = error.details.paths;
    const details = { status, ...(paths !== undefined && { paths }) };
    throw new SignError('ERR_PROTOCOL', `${what} got an answer that is not as the TSB contract has it: ${error.message}`, {
      details,
    });
  }
}

/**
 * Sends a call once. Refusals and network failures are returned, because the caller decides about a repetition; what no
 * repetition mends is thrown.
 */
export async function exchange<Q, A>(
  settings: ExchangeSettings,
  endpoint: Endpoint<Q, A>,
  wire: WireRequest,
  credentials: Credentials,
  progress: Progress,
  signal: AbortSignal,
): Promise<Attempt<A>> {
  const what = `${endpoint.method} ${endpoint.path}`;
  progress.open = true;
  let response: Response;
  let body: Uint8Array;
  try {
    response = await settings.fetch(wire.url, requestInit(endpoint, wire, credentials, signal));
    refuseRedirect(what, response);
    refuseEncoding(what, response);
    body = await readBody(response, settings.maxResponseBytes, settings.clock);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (SignError.is(error, 'ERR_ORIGIN_REFUSED')) progress.open = false;
    if (SignError.is(error)) throw error;
    const { names, neverSent } = networkFailure(error);
    if (neverSent) progress.open = false;
    const why = names.length > 0 ? names.join(', ') : 'connection failed';
    return { failed: new SignError('ERR_NETWORK', `${what} got no answer: ${why}`, { details: { names } }) };
  }
  const { status } = response;
  if (status !== 200 && status !== 201 && status !== 204) {
    const refusal = refusalOf(what, status, body, credentials.sent);
    // After a 4xx nothing was done. After a 5xx it may have been, unless the TSB says that the HSM refused.
    progress.open = status >= 500 && refusal.error.code === 'ERR_UNAVAILABLE';
    return { refusal };
  }
  const answer = answerOf(what, endpoint as Endpoint<unknown, A>, status, body);
  progress.open = false;
  return { answer };
}
