import { performance } from 'node:perf_hooks';

/** One timed stretch of work. */
export interface Measurement {
  readonly operations: number;
  /** Processor time of all threads of the process, user and system. */
  readonly cpuSeconds: number;
  /** Of the program that was measured, when it says so. */
  readonly version?: string;
}

/** One side of a comparison. */
export interface Contender {
  round(seconds: number): Promise<Measurement>;
}

export interface Rounds {
  readonly rounds: number;
  /** Length of a round on the wall clock. */
  readonly seconds: number;
}

/** Unmeasured work before each later round. */
const rewarmSeconds = 0.2;

/**
 * Runs `operation` with 0, 1, 2, … in this process, `width` of them at a time. Optimised code appears only after a while, so the first round is preceded
 * by a warm-up of `warmUpSeconds`.
 */
export function inProcess(operation: (index: number) => Promise<unknown>, warmUpSeconds: number, width = 1): Contender {
  let next = 0;
  let warm = false;
  async function stretch(seconds: number): Promise<Measurement> {
    const cpu = process.cpuUsage();
    const first = next;
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end)
      if (width === 1) await operation(next++);
      else await Promise.all(Array.from({ length: width }, () => operation(next++)));
    const { user, system } = process.cpuUsage(cpu);
    return { operations: next - first, cpuSeconds: (user + system) / 1e6 };
  }
  return {
    async round(seconds) {
      // The other side is warmed up before each of its rounds; between two of ours another process had the caches of the processor.
      await stretch(warm ? rewarmSeconds : warmUpSeconds);
      warm = true;
      return stretch(seconds);
    },
  };
}

/** Operations per second of processor time: a busy neighbour on the machine, or a helper thread of one side, changes nothing. */
export const perSecond = ({ operations, cpuSeconds }: Measurement): number => operations / cpuSeconds;

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[half]];
  if (low === undefined || high === undefined) throw new Error('no values');
  return (low + high) / 2;
}

/** Medians per second of both sides, whose rounds alternate so that whatever slows the machine hits both. */
export async function alternate(
  ours: Contender,
  theirs: Contender | undefined,
  { rounds, seconds }: Rounds,
): Promise<{ ours: number; theirs: number | undefined; version: string | undefined }> {
  const results = { ours: [] as number[], theirs: [] as number[] };
  let version: string | undefined;
  for (let i = 0; i < rounds; i++) {
    results.ours.push(perSecond(await ours.round(seconds)));
    const measurement = await theirs?.round(seconds);
    if (measurement) results.theirs.push(perSecond(measurement));
    version = measurement?.version ?? version;
  }
  return { ours: median(results.ours), theirs: theirs && median(results.theirs), version };
}
