import { type CallOptions, type Clock, invalidArgument, type Logger, SignError } from '@securosys/core';

/** Time and abortion of one public call. Everything awaited goes through it, so that no silent peer can hold us. */
export interface Call {
  /** Aborts when the caller does, with his reason, or at the deadline, with `ERR_TIMEOUT`. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
  /** Throws when the time is over, also by a clock that only tests move. @throws SignError `ERR_TIMEOUT` */
  check(): void;
  /** The result of `work`, or the reason why nobody waits for it any more. @throws SignError `ERR_TIMEOUT` */
  race<T>(work: Promise<T>): Promise<T>;
  /** The result of `work`, if it comes in time. @throws SignError `ERR_TIMEOUT` */
  step<T>(work: Promise<T>): Promise<T>;
  /** Whether the deadline is at least `ms` milliseconds away. */
  hasTime(ms: number): boolean;
  /** Sleeps for `ms` milliseconds, unless the time would be over before. @throws SignError `ERR_TIMEOUT` */
  sleep(ms: number): Promise<void>;
  /** Lets go of the timer and of the caller's signal. */
  end(): void;
}

const late = () => new SignError('ERR_TIMEOUT', 'the call took longer than it may');

/**
 * Starts a call; whoever does ends it. {@link withCall} does both.
 * @param timeoutMs deadline in milliseconds where `options` has none
 * @throws SignError `ERR_INVALID_ARGUMENT` for a deadline that is no number
 */
export function startCall(clock: Clock, timeoutMs: number, options: CallOptions): Call {
  const limit = options.timeoutMs ?? timeoutMs;
  if (typeof limit !== 'number' || !(limit >= 0)) invalidArgument('timeoutMs is a number of milliseconds, at least 0');
  const controller = new AbortController();
  const { signal } = controller;
  const deadline = clock.now() + limit;
  const user = options.signal;
  const onAbort = () => controller.abort(user?.reason);
  const timer = setTimeout(() => controller.abort(late()), Math.min(limit, 2 ** 31 - 1));
  if (user?.aborted) onAbort();
  else user?.addEventListener('abort', onAbort, { once: true });

  const call: Call = {
    signal,
    clock,
    logger: options.logger,
    check() {
      signal.throwIfAborted();
      if (clock.now() > deadline) throw late();
    },
    async race(work) {
      // It goes on without us, and how it ends is nobody's business then; an unhandled rejection would end the process.
      if (signal.aborted) void work.catch(() => undefined);
      signal.throwIfAborted();
      let stop = () => {};
      const aborted = new Promise<never>((_, reject) => {
        stop = () => reject(signal.reason);
        signal.addEventListener('abort', stop, { once: true });
      });
      try {
        return await Promise.race([work, aborted]);
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
    async step(work) {
      const result = await call.race(work);
      call.check();
      return result;
    },
    hasTime: (ms) => clock.now() + ms <= deadline,
    async sleep(ms) {
      if (!call.hasTime(ms)) throw late();
      await clock.sleep(ms, signal);
    },
    end() {
      clearTimeout(timer);
      user?.removeEventListener('abort', onAbort);
    },
  };
  return call;
}

/**
 * Runs one public call with its deadline.
 * @param timeoutMs deadline in milliseconds where `options` has none
 * @throws SignError `ERR_TIMEOUT`, `ERR_INVALID_ARGUMENT`; what `run` throws
 */
export async function withCall<T>(
  clock: Clock,
  timeoutMs: number,
  options: CallOptions,
  run: (call: Call) => Promise<T>,
): Promise<T> {
  const call = startCall(clock, timeoutMs, options);
  try {
    call.signal.throwIfAborted();
    return await run(call);
  } finally {
    call.end();
  }
}
