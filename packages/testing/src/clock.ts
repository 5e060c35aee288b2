import type { Clock } from '@securosys/core';

/** A clock that a test moves. */
export interface TestClock extends Clock {
  /** Moves time forward. */
  advance(ms: number): void;
  /** Called whenever time was moved, with the new time in milliseconds. */
  onTick(listener: (now: number) => void): void;
}

/**
 * A clock that only moves when told to, or when somebody sleeps on it: a wait of three days is over at once and time is
 * three days later.
 * @param start milliseconds since the epoch, or an ISO text; default 2026-01-01T00:00:00Z
 */
export function createTestClock(start: number | string = '2026-01-01T00:00:00Z'): TestClock {
  let time = typeof start === 'number' ? start : Date.parse(start);
  const listeners: ((now: number) => void)[] = [];
  const advance = (ms: number) => {
    time += ms;
    for (const listener of listeners) listener(time);
  };
  return {
    now: () => time,
    advance,
    onTick: (listener) => void listeners.push(listener),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      advance(ms);
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    },
  };
}
