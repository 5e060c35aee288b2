import { type Clock, parseJson, SignError } from '@securosys/core';
import type { Endpoint } from '../api/endpoints.js';
import { letGo, readBody } from './body.js';
import type { Deadline } from './deadline.js';
import { type Refusal, refusalOf } from './failure.js';
import { type NetworkFailure, networkFailure } from './network-failure.js';
import type { WireRequest } from './request.js';
import type { Transport } from './transport.js';
import type { Turns } from './turns.js';

/** Whether an attempt that may have been executed has no reliable answer. */
export interface Progress {
  open: boolean;
}

export type Attempt<A> = { readonly answer: A } | { readonly refusal: Refusal } | NetworkFailure;

export interface ExchangeSettings {
  readonly transport: Transport;
  readonly maxResponseBytes: number;
  readonly clock: Clock;
}

/** Credentials are attached here, as late as possible (S39). */
function requestInit<Q, A>(
  { method, file }: Endpoint<Q, A>,
  { body }: WireRequest,
  { authorization, apiKey }: Turns,
): RequestInit {
  const headers: Record<string, string> = { accept: file ? '*/*' : 'application/json', 'accept-encoding': 'identity' };
  // The platform names a multipart body itself, with its boundary.
  if (typeof body === 'string') headers['content-type'] = 'application/json';
  if (authorization !== undefined) headers.authorization = authorization;
  if (apiKey !== undefined) headers['x-api-key'] = apiKey;
  // `manual`: the platform's redirect would carry X-API-KEY and a body with passwords to wherever the answer points (S25).
  const init: RequestInit = { method, headers, redirect: 'manual' };
  if (body !== undefined) init.body = body;
  return init;
}

function refuseRedirect(what: string, response: Response): void {
  const { status, type, redirected } = response;
  if (!redirected && type !== 'opaqueredirect' && (status < 300 || status >= 400)) return;
  letGo(response);
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

function answerOf<A>(what: string, endpoint: Endpoint<unknown, A>, { status, headers }: Response, body: Uint8Array): A {
  if (endpoint.file) {
    // A page is what a login server or a proxy answers with; no file of the API is one.
    if (!/^text\/html\b/i.test(headers.get('content-type') ?? '')) return body as A;
    throw new SignError('ERR_PROTOCOL', `${what} got a page in place of a file`, { details: { status } });
  }
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
  { transport, maxResponseBytes, clock }: ExchangeSettings,
  endpoint: Endpoint<Q, A>,
  wire: WireRequest,
  turns: Turns,
  progress: Progress,
  deadline: Deadline,
): Promise<Attempt<A>> {
  const what = `${endpoint.method} ${endpoint.path}`;
  progress.open = true;
  let response: Response;
  let body: Uint8Array;
  try {
    response = await transport.send(wire.url, requestInit(endpoint, wire, turns), deadline);
    refuseRedirect(what, response);
    refuseEncoding(what, response);
    body = await readBody(response, maxResponseBytes, clock, deadline);
  } catch (error) {
    deadline.throwIfEnded();
    if (SignError.is(error, 'ERR_ORIGIN_REFUSED')) progress.open = false;
    if (SignError.is(error)) throw error;
    const failure = networkFailure(what, error);
    progress.open = !failure.neverSent;
    return failure;
  }
  const { status } = response;
  if (status !== 200 && status !== 201 && status !== 204) {
    const refusal = refusalOf(what, response, body, turns.sent(), clock);
    // After a 4xx nothing was done. After a 5xx it may have been, unless the TSB says that the HSM refused: a page may be a proxy's.
    const { code } = refusal.error;
    progress.open = status >= 500 && (code === 'ERR_UNAVAILABLE' || code === 'ERR_PROTOCOL');
    return { refusal };
  }
  const answer = answerOf(what, endpoint as Endpoint<unknown, A>, response, body);
  progress.open = false;
  return { answer };
}
