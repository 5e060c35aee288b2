import { type CallOptions, SignError } from '@securosys/core';
import type { Endpoint } from '../api/endpoints.js';
import { type AttemptSettings, attempts, type CallState } from './attempts.js';
import { type Deadline, withDeadline } from './deadline.js';
import type { CallParts } from './request.js';

export interface CallerSettings extends AttemptSettings {
  readonly timeoutMs: number;
}

/** Values for the `{…}` places of a path. */
export type PathParameters = Readonly<Record<string, string>>;

/** Carries calls out, each under its deadline, and says what became of those whose answer was lost. */
export class Caller {
  readonly #settings: CallerSettings;

  constructor(settings: CallerSettings) {
    this.#settings = settings;
  }

  /** Rejects for whatever is wrong; never throws. */
  call<Q, A>(endpoint: Endpoint<Q, A>, parts: CallParts<Q>, options: CallOptions): Promise<A> {
    const settings = this.#settings;
    const { timeoutMs = settings.timeoutMs, signal, logger = settings.logger } = options;
    const state: CallState = { open: false, untilMs: settings.clock.now() + timeoutMs, logger, done: 0 };
    const run = (deadline: Deadline) => attempts(settings, endpoint, parts, state, deadline);
    return withDeadline(run, timeoutMs, signal).catch((error: unknown) => failed(endpoint, parts.path, state, error, signal));
  }
}

/** What the caller is told about a call that failed. */
function failed<Q, A>(
  endpoint: Endpoint<Q, A>,
  parameters: PathParameters,
  { open, logger }: CallState,
  given: unknown,
  signal: AbortSignal | undefined,
): never {
  const { method, path, effect } = endpoint;
  const error = aboutRequest(given, path, parameters);
  // The path template only: labels and ids are nobody's business in a log.
  logger?.debug('tsb call failed', { method, path, code: SignError.is(error) ? error.code : 'aborted' });
  if (effect !== 'create' || !open || signal?.aborted) throw error;
  throw new SignError('ERR_OUTCOME_UNKNOWN', `${method} ${path} may have been executed, but its answer was lost`, {
    cause: error,
    details: SignError.is(error) ? error.details : {},
  });
}

/** Errors of calls about a request name it. */
function aboutRequest(error: unknown, path: string, { id }: PathParameters): unknown {
  if (!SignError.is(error) || id === undefined || !path.startsWith('/v1/request/')) return error;
  const { code, message, retryable, cause } = error;
  const details = { ...error.details, requestId: id };
  return new SignError(code, message, { details, retryable, ...(cause !== undefined && { cause }) });
}
