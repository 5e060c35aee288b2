import type { Logger } from '@securosys/core';
import type { Endpoint } from '../api/endpoints.js';
import type { ApplicationKey } from '../request-signing/application-key.js';
import type { ApiKeyRing } from './api-keys.js';
import type { BaseUrl } from './base-url.js';
import type { Deadline } from './deadline.js';
import { type Attempt, type ExchangeSettings, exchange, type Progress } from './exchange.js';
import type { Login } from './login.js';
import { mayRepeat, pauseMs, type Unanswered } from './repetition.js';
import { type CallParts, wireRequest } from './request.js';
import type { Slots } from './slots.js';
import { Turns } from './turns.js';

/** What calls are made with. */
export interface AttemptSettings extends ExchangeSettings {
  readonly base: BaseUrl;
  readonly login: Login;
  readonly apiKeys: ApiKeyRing;
  readonly applicationKey: ApplicationKey | undefined;
  readonly slots: Slots;
  /** Most repetitions of one call; those with another credential are not counted. */
  readonly retries: number;
  /** A number from 0 to below 1. */
  readonly random: () => number;
  readonly logger: Logger | undefined;
}

/** What one call has come to. */
export interface CallState extends Progress {
  /** By the clock of the client: no pause goes beyond it. */
  readonly untilMs: number;
  readonly logger: Logger | undefined;
  /** Repetitions so far. */
  done: number;
}

/**
 * Gets ready to send a call again: moves on from a refused credential, or lets a pause go by.
 * @throws SignError the error of the attempt, when it was the last one
 */
async function beforeNext(
  { clock, retries, random }: AttemptSettings,
  { method, path, effect }: Endpoint<never, never> | Endpoint,
  attempt: Unanswered,
  turns: Turns,
  state: CallState,
  deadline: Deadline,
): Promise<void> {
  const refusal = 'refusal' in attempt ? attempt.refusal : undefined;
  if (refusal?.status === 401 && (await turns.next(refusal, deadline))) return;
  const error = 'failed' in attempt ? attempt.failed : attempt.refusal.error;
  if (state.done >= retries || !mayRepeat(effect, attempt)) throw error;
  const pause = pauseMs(state.done++, refusal?.retryAfterMs, random);
  // Waiting for a deadline helps nobody: the caller hears now what it would hear then.
  if (pause >= state.untilMs - clock.now()) throw error;
  state.logger?.debug('tsb call is repeated', { method, path, code: error.code, pauseMs: pause, repetition: state.done });
  await clock.sleep(pause, deadline.signal);
}

/**
 * Sends a call: logs in, moves on from refused credentials, repeats what is safe to repeat.
 *
 * It waits only where there is something to wait for: at hundreds of calls in flight, what every `await` keeps is what collecting
 * garbage costs.
 */
export async function attempts<Q, A>(
  settings: AttemptSettings,
  endpoint: Endpoint<Q, A>,
  parts: CallParts<Q>,
  state: CallState,
  deadline: Deadline,
): Promise<A> {
  const { transport, login, slots } = settings;
  const writing = wireRequest(settings.base, endpoint, parts, settings.applicationKey);
  const wire = writing instanceof Promise ? await writing : writing;
  const preparing = transport.prepare(deadline);
  if (preparing) await preparing;
  const asking = login.authorization(endpoint.bearer, deadline);
  const authorization = asking instanceof Promise ? await asking : asking;
  const choosing = settings.apiKeys.turn(endpoint.role);
  const turns = new Turns(login, wire, authorization, choosing instanceof Promise ? await choosing : choosing);
  for (;;) {
    deadline.throwIfEnded();
    const waiting = slots.take(deadline);
    if (waiting) await waiting;
    let attempt: Attempt<A>;
    try {
      attempt = await exchange(settings, endpoint, wire, turns, state, deadline);
    } finally {
      slots.release();
    }
    if ('answer' in attempt) return attempt.answer;
    await beforeNext(settings, endpoint as Endpoint, attempt, turns, state, deadline);
  }
}
