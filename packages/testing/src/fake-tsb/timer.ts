import type { TestClock } from '../clock.js';

/** Lets the timer of a broker run whenever time moves. Runs never overlap; a move during one is followed by another. */
export function followClock(clock: TestClock, tick: () => Promise<void>): void {
  let running = false;
  let again = false;
  const run = async () => {
    again = true;
    if (running) return;
    running = true;
    try {
      while (again) {
        again = false;
        await tick();
      }
    } finally {
      running = false;
    }
  };
  // A request that cannot be executed fails by itself; anything else fails the next call as well, which says so.
  clock.onTick(() => void run().catch(() => undefined));
}
