import { type CallOptions, type Clock, invalidArgument, type Logger, SignError } from '@securosys/core';

/** Time and abortion of one public call. Everything awaited goes through it, so that no silent peer can hold us. */
export class Call {
  readonly signal: AbortSignal;
  readonly logger: Logger | undefined;
  readonly clock: Clock;
  readonly #controller = new AbortController();
  readonly #deadline: number;
  readonly #timer: NodeJS.Timeout;
  readonly #user: AbortSignal | undefined;
  readonly #onAbort: () => void;

  constructor(clock: Clock, timeoutMs: number, options: CallOptions) {
    const limit = options.timeoutMs ?? timeoutMs;
    if (typeof limit !== 'number' || !(limit >= 0)) invalidArgument('timeoutMs is a number of milliseconds, at least 0');
    this.clock = clock;
    this.logger = options.logger;
    this.signal = this.#controller.signal;
    this.#deadline = clock.now() + limit;
    this.#user = options.signal;
    this.#onAbort = () => this.#controller.abort(options.signal?.reason);
    this.#timer = setTimeout(() => this.#controller.abort(this.#late()), Math.min(limit, 2 ** 31 - 1));
    if (this.#user?.aborted) this.#onAbort();
    else this.#user?.addEventListener('abort', this.#onAbort, { once: true });
  }

  #late(): SignError {
    return new SignError('ERR_TIMEOUT', 'the call took longer than it may');
  }

  /** Throws when the time is over, also by a clock that only tests move. */
  check(): void {
    this.signal.throwIfAborted();
    if (this.clock.now() > this.#deadline) throw this.#late();
  }

  /** The result of `work`, or the reason why nobody waits for it any more. */
  async race<T>(work: Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    let stop = () => {};
    const aborted = new Promise<never>((_, reject) => {
      stop = () => reject(this.signal.reason);
      this.signal.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([work, aborted]);
    } finally {
      this.signal.removeEventListener('abort', stop);
    }
  }

  /** The result of `work`, if it comes in time. */
  async step<T>(work: Promise<T>): Promise<T> {
    const result = await this.race(work);
    this.check();
    return result;
  }

  hasTime(ms: number): boolean {
    return this.clock.now() + ms <= this.#deadline;
  }

  /** Sleeps, unless the time would be over before. */
  async sleep(ms: number): Promise<void> {
    if (!this.hasTime(ms)) throw this.#late();
    await this.clock.sleep(ms, this.signal);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#user?.removeEventListener('abort', this.#onAbort);
  }
}

/** Runs one public call with its deadline. */
export async function withCall<T>(
  clock: Clock,
  timeoutMs: number,
  options: CallOptions,
  run: (call: Call) => Promise<T>,
): Promise<T> {
  const call = new Call(clock, timeoutMs, options);
  try {
    call.signal.throwIfAborted();
    return await run(call);
  } finally {
    call.end();
  }
}
