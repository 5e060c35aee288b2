import type { TokenMetrics } from './metrics.js';

/** How long one kind of operation takes in a lane, in milliseconds, as far as it was seen. */
export interface Estimate {
  readonly mechanism: number;
  ms: number;
  count: number;
  totalMs: number;
}

/** Of what was never measured. */
const guess = 1;
/** Weight of a measurement that is shorter than what was expected, and of one that is longer: what held the thread up is not the operation's. */
const shorter = 0.3;
const longer = 0.03;

/** Estimates by mechanism and size of the result: RSA-2048 and RSA-4096 differ by five times. */
export class Estimates {
  readonly #known = new Map<number, Estimate>();

  of(mechanism: number, bytes: number): Estimate {
    // Mechanisms are unsigned 32 bits and results below 64 KiB, but for plaintexts that nobody has: the key is an exact integer.
    const key = mechanism * 65536 + (bytes & 0xffff);
    let known = this.#known.get(key);
    if (!known) {
      known = { mechanism, ms: guess, count: 0, totalMs: 0 };
      this.#known.set(key, known);
    }
    return known;
  }

  /** A lane did so many of these, one after the other, in `ms`: each gets its share as it was expected. */
  static measured(done: ReadonlyMap<Estimate, number>, ms: number): void {
    let expected = 0;
    for (const [estimate, times] of done) expected += estimate.ms * times;
    const ratio = Math.max(ms, 0.001) / expected;
    for (const [estimate, times] of done) {
      const each = estimate.ms * ratio;
      for (let time = 0; time < times; time++) {
        estimate.ms += (estimate.count === 0 ? 1 : each < estimate.ms ? shorter : longer) * (each - estimate.ms);
        estimate.count++;
      }
      estimate.totalMs += each * times;
    }
  }

  snapshot(): TokenMetrics['operations'] {
    const out: Record<number, { count: number; meanMs: number }> = {};
    for (const { mechanism, count, totalMs } of this.#known.values()) {
      const sum = out[mechanism] ?? { count: 0, meanMs: 0 };
      const all = sum.count + count;
      if (all > 0) out[mechanism] = { count: all, meanMs: (sum.meanMs * sum.count + totalMs) / all };
    }
    return out;
  }
}
