import type { Clock } from '@securosys/core';

/** A clock that runs so many times faster than the machine's: pauses of recovery cost a test next to nothing. */
export function fastClock(factor: number): Clock {
  return {
    now: () => performance.now() * factor,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, ms / factor);
        timer.unref();
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(signal.reason);
        });
      }),
  };
}
