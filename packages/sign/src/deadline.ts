import { type CallOptions, type Clock, invalidArgument, SignError } from '@securosys/core';
import { listenable } from './for-many.js';

/** One deadline over many calls: each gets what time is left, and none may start or count after it. */
export class Deadline {
  readonly #clock: Clock;
  readonly #end: number;
  readonly #options: CallOptions;
  readonly #controller = new AbortController();
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly #what: string;

  /** @throws SignError `ERR_INVALID_ARGUMENT` for a `timeoutMs` that is no positive number */
  constructor(what: string, clock: Clock, defaultMs: number, options: CallOptions) {
    const limit = options.timeoutMs ?? defaultMs;
    if (typeof limit !== 'number' || !(limit > 0)) invalidArgument(`${what}: timeoutMs is a positive number of milliseconds`);
    this.#what = what;
    this.#clock = clock;
    this.#options = options;
    this.#end = clock.now() + limit;
    this.#timer = setTimeout(() => this.#controller.abort(this.#late()), Math.min(limit, 2 ** 31 - 1));
    const { signal } = this.#controller;
    this.#signal = listenable(options.signal ? AbortSignal.any([options.signal, signal]) : signal);
  }

  #late(): SignError {
    return new SignError('ERR_TIMEOUT', `${this.#what} took longer than it may`);
  }

  /** Throws when the time is over, also by a clock that only tests move. @throws SignError `ERR_TIMEOUT` */
  check(): void {
    this.#signal.throwIfAborted();
    if (this.#clock.now() >= this.#end) throw this.#late();
  }

  /** Options of a call that runs until the deadline at most. @throws SignError `ERR_TIMEOUT` */
  remaining(): CallOptions {
    this.check();
    const { logger } = this.#options;
    return { signal: this.#signal, timeoutMs: this.#end - this.#clock.now(), ...(logger && { logger }) };
  }

  /** As {@link Deadline.remaining}, but the callee's own shorter limit for one call stays unless the caller set a deadline. */
  one(): CallOptions {
    const { timeoutMs, ...others } = this.remaining();
    return this.#options.timeoutMs === undefined || timeoutMs === undefined ? others : { ...others, timeoutMs };
  }

  /** The result of work that takes no signal, or the reason why nobody waits for it any more. */
  async race<T>(work: Promise<T>): Promise<T> {
    // It may go on without us; how it ends is nobody's business then.
    work.catch(() => undefined);
    this.check();
    let stop = () => {};
    const aborted = new Promise<never>((_, reject) => {
      stop = () => reject(this.#signal.reason);
      this.#signal.addEventListener('abort', stop, { once: true });
    });
    try {
      const result = await Promise.race([work, aborted]);
      this.check();
      return result;
    } finally {
      this.#signal.removeEventListener('abort', stop);
    }
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
