import type { CallOptions, Logger } from '@securosys/core';
import { SignError } from '@securosys/core';
import { loadContract } from '../api/dto.js';
import type { Endpoint } from '../api/endpoints.js';
import type { ApiKeyRing } from './api-keys.js';
import type { BaseUrl } from './base-url.js';
import type { Bearer } from './bearer.js';
import { withDeadline } from './deadline.js';
import { type Attempt, type ExchangeSettings, exchange, type Progress } from './exchange.js';
import { type WireRequest, wireRequest } from './request.js';

export interface CallerSettings extends ExchangeSettings {
  readonly base: BaseUrl;
  readonly bearer: Bearer;
  readonly apiKeys: ApiKeyRing;
  readonly timeoutMs: number;
  readonly logger: Logger | undefined;
}

/** Values for the `{…}` places of a path. */
export type PathParameters = Readonly<Record<string, string>>;

/** Milliseconds before the first and second repetition of a call that changes nothing. */
const pauses = [250, 1_000] as const;
const transientStatuses = new Set([429, 502, 503, 504]);

const isTransient = (attempt: Attempt<unknown>): boolean =>
  'failed' in attempt || ('refusal' in attempt && transientStatuses.has(attempt.refusal.status));

/** Sends calls: logs in, moves on from refused API keys, repeats what is safe to repeat. */
export class Caller {
  readonly #settings: CallerSettings;

  constructor(settings: CallerSettings) {
    this.#settings = settings;
  }

  async call<Q, A>(endpoint: Endpoint<Q, A>, body: Q | undefined, path: PathParameters, options: CallOptions): Promise<A> {
    await loadContract();
    const { base, timeoutMs: usual } = this.#settings;
    const wire = wireRequest(base, endpoint, body, path);
    const progress: Progress = { open: false };
    const { timeoutMs = usual, signal } = options;
    const run = (until: AbortSignal) => this.#attempts(endpoint, wire, progress, until);
    try {
      return await withDeadline(run, timeoutMs, signal);
    } catch (error) {
      this.#log(options, endpoint, error);
      if (endpoint.effect !== 'create' || !progress.open || signal?.aborted) throw error;
      const what = `${endpoint.method} ${endpoint.path}`;
      const details = SignError.is(error) ? error.details : {};
      throw new SignError('ERR_OUTCOME_UNKNOWN', `${what} may have been executed, but its answer was lost`, {
        cause: error,
        details,
      });
    }
  }

  /** The path template only: labels and ids are nobody's business in a log. */
  #log(options: CallOptions, endpoint: Endpoint<never, never> | Endpoint, error: unknown): void {
    const code = SignError.is(error) ? error.code : 'aborted';
    const logger = options.logger ?? this.#settings.logger;
    logger?.debug('tsb call failed', { method: endpoint.method, path: endpoint.path, code });
  }

  async #attempts<Q, A>(endpoint: Endpoint<Q, A>, wire: WireRequest, progress: Progress, signal: AbortSignal): Promise<A> {
    const { bearer, apiKeys, clock } = this.#settings;
    let token = endpoint.bearer ? await bearer.token() : undefined;
    let turn = await apiKeys.turn(endpoint.role);
    let renewed = false;
    const sent = new Set(wire.secrets);
    for (let repeats = 0; ; ) {
      const apiKey = turn?.key;
      for (const secret of [token, apiKey]) if (secret !== undefined) sent.add(secret);
      const attempt = await exchange(this.#settings, endpoint, wire, { bearer: token, apiKey, sent }, progress, signal);
      if ('answer' in attempt) return attempt.answer;
      if ('refusal' in attempt && attempt.refusal.status === 401) {
        // 401 means not executed, so even a create may be sent again.
        if (attempt.refusal.errorCode === 631 && turn) {
          turn = turn.next();
          if (turn) continue;
          throw new SignError('ERR_AUTHENTICATION', `every API key of the role ${endpoint.role} was refused`, {
            details: attempt.refusal.error.details,
          });
        }
        const fresh: string | undefined = renewed ? undefined : await bearer.renewed(token);
        renewed = true;
        if (fresh !== undefined) {
          token = fresh;
          continue;
        }
      }
      const pause = pauses[repeats++];
      const safe = endpoint.effect === 'read' || endpoint.effect === 'idempotent';
      if (pause === undefined || !safe || !isTransient(attempt))
        throw 'failed' in attempt ? attempt.failed : attempt.refusal.error;
      await clock.sleep(pause, signal);
    }
  }
}
