import { type Logger, SignError } from '@securosys/core';
import type { Endpoint } from '../api/endpoints.js';
import type { ApiKeyRing, ApiKeyTurn } from './api-keys.js';
import type { Deadline } from './deadline.js';
import { type Attempt, type Credentials, type ExchangeSettings, exchange, type Progress } from './exchange.js';
import type { Authorization, Login } from './login.js';
import { mayRepeat, pauseMs } from './repetition.js';
import type { WireRequest } from './request.js';
import type { Slots } from './slots.js';

/** What repetitions need. */
export interface Attempts extends ExchangeSettings {
  readonly login: Login;
  readonly apiKeys: ApiKeyRing;
  readonly slots: Slots;
  /** Most repetitions of one call; those with another credential are not counted. */
  readonly retries: number;
  /** A number from 0 to below 1. */
  readonly random: () => number;
}

/** What one call is under. */
export interface CallState {
  readonly progress: Progress;
  readonly deadline: Deadline;
  /** By the clock of the client: no pause goes beyond it. */
  readonly untilMs: number;
  readonly logger: Logger | undefined;
}

type Unanswered = Exclude<Attempt<unknown>, { answer: unknown }>;

const errorOf = (attempt: Unanswered): SignError => ('failed' in attempt ? attempt.failed : attempt.refusal.error);

/** The credentials of one call, which change when they are refused. */
class Turns {
  readonly sent: string[];
  #authorization: Authorization | undefined;
  #turn: ApiKeyTurn | undefined;
  #renewed = false;

  constructor(
    readonly login: Login,
    readonly role: string,
    wire: WireRequest,
  ) {
    this.sent = [...wire.secrets];
  }

  async begin(takesToken: boolean, apiKeys: ApiKeyRing, role: Endpoint['role']): Promise<void> {
    this.#authorization = await this.login.authorization(takesToken);
    this.#turn = await apiKeys.turn(role);
  }

  now(): Credentials {
    const authorization = this.#authorization;
    const apiKey = this.#turn?.key;
    if (authorization) this.sent.push(authorization.secret, authorization.header);
    if (apiKey !== undefined) this.sent.push(apiKey);
    return { authorization: authorization?.header, apiKey, sent: this.sent };
  }

  /**
   * Moves on after a 401, which says that nothing was done: so even a create may be sent again. True when there is something
   * else to try.
   */
  async next(attempt: Unanswered): Promise<boolean> {
    if (!('refusal' in attempt) || attempt.refusal.status !== 401) return false;
    const { errorCode, error } = attempt.refusal;
    if (errorCode === 631 && this.#turn) {
      this.#turn = this.#turn.next();
      if (this.#turn) return true;
      const { details } = error;
      throw new SignError('ERR_AUTHENTICATION', `every API key of the role ${this.role} was refused`, { details });
    }
    if (this.#renewed) return false;
    this.#renewed = true;
    const fresh = await this.login.renewed(this.#authorization);
    if (fresh === undefined) return false;
    this.#authorization = fresh;
    return true;
  }
}

/** One exchange in its turn among all that the client has in flight. */
async function inTurn<Q, A>(
  settings: Attempts,
  endpoint: Endpoint<Q, A>,
  wire: WireRequest,
  credentials: Credentials,
  { progress, deadline }: CallState,
): Promise<Attempt<A>> {
  const { slots } = settings;
  const waiting = slots.take(deadline);
  if (waiting) await waiting;
  try {
    return await exchange(settings, endpoint, wire, credentials, progress, deadline);
  } finally {
    slots.release();
  }
}

/** Sends a call: logs in, moves on from refused credentials, repeats what is safe to repeat. */
export async function attempts<Q, A>(
  settings: Attempts,
  endpoint: Endpoint<Q, A>,
  wire: WireRequest,
  state: CallState,
): Promise<A> {
  const { transport, login, apiKeys, clock, retries, random } = settings;
  const turns = new Turns(login, endpoint.role, wire);
  await turns.begin(endpoint.bearer, apiKeys, endpoint.role);
  const preparing = transport.prepare();
  if (preparing) await preparing;
  for (let done = 0; ; ) {
    state.deadline.throwIfEnded();
    const attempt = await inTurn(settings, endpoint, wire, turns.now(), state);
    if ('answer' in attempt) return attempt.answer;
    if (await turns.next(attempt)) continue;
    const error = errorOf(attempt);
    if (done >= retries || !mayRepeat(endpoint.effect, attempt)) throw error;
    const pause = pauseMs(done++, 'refusal' in attempt ? attempt.refusal.retryAfterMs : undefined, random);
    // Waiting for a deadline helps nobody: the caller hears now what it would hear then.
    if (pause >= state.untilMs - clock.now()) throw error;
    const { method, path } = endpoint;
    state.logger?.debug('tsb call is repeated', { method, path, code: error.code, pauseMs: pause, repetition: done });
    await clock.sleep(pause, state.deadline.signal);
  }
}
