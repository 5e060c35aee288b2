import type { TestClock } from './clock.js';

/** The longest that a timer of the platform waits, in milliseconds. */
const longest = 2 ** 31 - 1;

/**
 * The machine's clock, which a test can move forward besides: for tests of several processes, whose clocks should agree until the
 * test has people wait for days.
 */
export function createRunningClock(): TestClock {
  let ahead = 0;
  const listeners: ((now: number) => void)[] = [];
  const sleepers = new Set<() => void>();
  const now = () => Date.now() + ahead;
  return {
    now,
    advance(ms) {
      ahead += ms;
      for (const listener of listeners) listener(now());
      for (const look of [...sleepers]) look();
    },
    onTick: (listener) => void listeners.push(listener),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const due = now() + ms;
        let timer: NodeJS.Timeout | undefined;
        const end = (then: () => void) => {
          clearTimeout(timer);
          sleepers.delete(look);
          signal?.removeEventListener('abort', stop);
          then();
        };
        const stop = () => end(() => reject(signal?.reason));
        const look = () => {
          clearTimeout(timer);
          const left = due - now();
          if (left <= 0) return end(resolve);
          timer = setTimeout(look, Math.min(left, longest));
        };
        sleepers.add(look);
        signal?.addEventListener('abort', stop, { once: true });
        look();
      }),
  };
}
