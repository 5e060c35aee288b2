import { type Clock, systemClock } from '@securosys/core';

/** Time as this folder needs it: timers that can be called off and that never keep the process alive. */
export interface Timers {
  /** Milliseconds, with fractions where the machine has them; only differences mean something. */
  now(): number;
  /** Runs `run` once after `ms` milliseconds, unless the returned function is called before. */
  after(ms: number, run: () => void): () => void;
}

const machine: Timers = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Over a clock that was handed in; the machine's own, which would keep the process alive while it sleeps, is replaced. */
export function timersOf(clock: Clock = systemClock): Timers {
  if (clock === systemClock) return machine;
  return {
    now: () => clock.now(),
    after: (ms, run) => {
      const stop = new AbortController();
      // The only way for a sleep to fail is that it was called off.
      clock.sleep(ms, stop.signal).then(run, () => undefined);
      return () => stop.abort();
    },
  };
}

/** Resolves after `ms` milliseconds, or when `signal` is aborted. */
export const pause = (timers: Timers, ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      stop();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const stop = timers.after(ms, end);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  });
