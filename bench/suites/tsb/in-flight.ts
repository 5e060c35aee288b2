import { performance } from 'node:perf_hooks';
import type { Contender, Measurement } from '../../measure.js';

/** What a contender did, with the wall clock beside the processor's. */
export interface Timed extends Measurement {
  readonly wallSeconds: number;
}

/** Keeps `width` operations in flight, each followed by the next, for as long as a round lasts. */
export function inFlight(
  width: number,
  operation: () => Promise<unknown>,
  warmUpSeconds: number,
): Contender & { wall: number[] } {
  let warm = false;
  const wall: number[] = [];
  async function stretch(seconds: number): Promise<Timed> {
    const cpu = process.cpuUsage();
    const start = performance.now();
    const end = start + seconds * 1000;
    let operations = 0;
    const lane = async () => {
      while (performance.now() < end) {
        await operation();
        operations++;
      }
    };
    await Promise.all(Array.from({ length: width }, lane));
    const { user, system } = process.cpuUsage(cpu);
    return { operations, cpuSeconds: (user + system) / 1e6, wallSeconds: (performance.now() - start) / 1000 };
  }
  return {
    wall,
    async round(seconds) {
      if (!warm) await stretch(warmUpSeconds);
      warm = true;
      const timed = await stretch(seconds);
      wall.push(timed.operations / timed.wallSeconds);
      return timed;
    },
  };
}
