import type { CallOptions, Logger } from '@securosys/core';
import { SignError } from '@securosys/core';
import { loadContract } from '../api/dto.js';
import type { Endpoint } from '../api/endpoints.js';
import type { ApplicationKey } from '../request-signing/application-key.js';
import type { ApiKeyRing } from './api-keys.js';
import { type Attempts, attempts } from './attempts.js';
import type { BaseUrl } from './base-url.js';
import { withDeadline } from './deadline.js';
import type { Progress } from './exchange.js';
import { type CallParts, wireRequest } from './request.js';

export interface CallerSettings extends Attempts {
  readonly base: BaseUrl;
  readonly apiKeys: ApiKeyRing;
  readonly applicationKey: ApplicationKey | undefined;
  readonly timeoutMs: number;
  readonly logger: Logger | undefined;
}

/** Values for the `{…}` places of a path. */
export type PathParameters = Readonly<Record<string, string>>;

/** Carries calls out, each under its deadline, and says what became of those whose answer was lost. */
export class Caller {
  readonly #settings: CallerSettings;

  constructor(settings: CallerSettings) {
    this.#settings = settings;
  }

  async call<Q, A>(endpoint: Endpoint<Q, A>, parts: CallParts<Q>, options: CallOptions): Promise<A> {
    await loadContract();
    const settings = this.#settings;
    const { base, applicationKey, clock } = settings;
    const { timeoutMs = settings.timeoutMs, signal, logger = settings.logger } = options;
    const progress: Progress = { open: false };
    const untilMs = clock.now() + timeoutMs;
    try {
      return await withDeadline(
        async (deadline) => {
          const wire = await wireRequest(base, endpoint, parts, applicationKey);
          return attempts(settings, endpoint, wire, { progress, deadline, untilMs, logger });
        },
        timeoutMs,
        signal,
      );
    } catch (given) {
      const error = aboutRequest(given, endpoint, parts.path);
      // The path template only: labels and ids are nobody's business in a log.
      const { method, path } = endpoint;
      logger?.debug('tsb call failed', { method, path, code: SignError.is(error) ? error.code : 'aborted' });
      if (endpoint.effect !== 'create' || !progress.open || signal?.aborted) throw error;
      throw new SignError('ERR_OUTCOME_UNKNOWN', `${method} ${path} may have been executed, but its answer was lost`, {
        cause: error,
        details: SignError.is(error) ? error.details : {},
      });
    }
  }
}

/** Errors of calls about a request name it. */
function aboutRequest(error: unknown, endpoint: Endpoint<never, never> | Endpoint, { id }: PathParameters): unknown {
  if (!SignError.is(error) || id === undefined || !endpoint.path.startsWith('/v1/request/')) return error;
  const { code, message, retryable, cause } = error;
  const details = { ...error.details, requestId: id };
  return new SignError(code, message, { details, retryable, ...(cause !== undefined && { cause }) });
}
