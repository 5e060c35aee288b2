import { type Clock, SignError } from '@securosys/core';
import type { Endpoint } from '../api/endpoints.js';
import { answerOf, redirectRefused, refuseEncoding, refuseRedirect } from './answer.js';
import { readBody } from './body.js';
import type { Deadline } from './deadline.js';
import { type Refusal, refusalOf } from './failure.js';
import { type NetworkFailure, networkFailure } from './network-failure.js';
import { redirectIn } from './redirect-guard.js';
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

/** Credentials are attached here, as late as possible (S39). Redirects are the transport's to refuse. */
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
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = body;
  return init;
}

/** What became of an attempt that has an answer of some kind. */
function judged<Q, A>(
  settings: ExchangeSettings,
  endpoint: Endpoint<Q, A>,
  what: string,
  response: Response,
  body: Uint8Array,
  turns: Turns,
  progress: Progress,
): Attempt<A> {
  const { status } = response;
  if (status === 200 || status === 201 || status === 204) {
    const answer = answerOf(what, endpoint as Endpoint<unknown, A>, response, body);
    progress.open = false;
    return { answer };
  }
  const refusal = refusalOf(what, response, body, turns.sent(), settings.clock);
  // After a 4xx nothing was done. After a 5xx it may have been, unless the TSB says that the HSM refused: a page may be a proxy's.
  // Anything below is an answer of somebody to whom the call got.
  const { code } = refusal.error;
  progress.open = status < 400 || (status >= 500 && (code === 'ERR_UNAVAILABLE' || code === 'ERR_PROTOCOL'));
  return { refusal };
}

/** What became of an attempt that ended otherwise. What no repetition mends is thrown. */
function failure(what: string, url: string, error: unknown, progress: Progress, deadline: Deadline): NetworkFailure {
  deadline.throwIfEnded();
  // A redirect may come after the work, as 303 does by its definition.
  const redirect = redirectIn(error);
  if (redirect) throw redirectRefused(what, redirect.status);
  if (SignError.is(error)) throw error;
  const failed = networkFailure(what, error, url.startsWith('https:'));
  progress.open = !failed.neverSent;
  return failed;
}

/**
 * Sends a call once. Refusals and network failures are returned, because the caller decides about a repetition; what no
 * repetition mends is thrown.
 */
export async function exchange<Q, A>(
  settings: ExchangeSettings,
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
    response = await settings.transport.send(wire.url, requestInit(endpoint, wire, turns), deadline);
    refuseRedirect(what, response);
    refuseEncoding(what, response);
    body = await readBody(response, settings.maxResponseBytes, settings.clock, deadline);
  } catch (error) {
    return failure(what, wire.url, error, progress, deadline);
  }
  return judged(settings, endpoint, what, response, body, turns, progress);
}
