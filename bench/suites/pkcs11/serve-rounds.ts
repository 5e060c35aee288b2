import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { type Job, judge } from './work.js';

/** What a side did in one round, and how. */
export interface Round {
  readonly operations: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /**
   * 99th percentile of the delay of the event loop, sampled every millisecond; an idle loop reads about 1.1. `null` unless it was asked for:
   * sampling takes a thirtieth of a processor.
   */
  readonly delayP99Ms: number | null;
  /** Failed operations, by what they said. */
  readonly failures: Readonly<Record<string, number>>;
  /** Of the last signatures of the round, how many do not verify. */
  readonly wrong: number;
}

/** A signature of the message of all sides, or of another one. */
export type Signed = Uint8Array | { readonly signature: Uint8Array; readonly message: Uint8Array };

/** How many signatures of a round are kept and verified after it. */
const keptSignatures = 64;
const rewarmSeconds = 0.15;

/** The job that this process was started for. */
export const job = JSON.parse(process.env.BENCH_JOB ?? '{}') as Job;

/** @param sign makes one signature; the number says which of those in flight it is. */
async function stretch(sign: (lane: number) => Promise<Signed>, seconds: number): Promise<Round> {
  const verifies = judge(job);
  const kept: Signed[] = [];
  const failures: Record<string, number> = {};
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const cpu = process.cpuUsage();
  const start = performance.now();
  const end = start + seconds * 1000;
  let operations = 0;
  const lane = async (_: unknown, at: number) => {
    while (performance.now() < end)
      try {
        kept[operations++ % keptSignatures] = await sign(at);
      } catch (error) {
        operations--;
        const said = (error as Error).message;
        failures[said] = (failures[said] ?? 0) + 1;
        // A side that fails without waiting for anything would never let the clock of others run.
        await new Promise((resolve) => setImmediate(resolve));
      }
  };
  if (job.watchesLoop) delay.enable();
  await Promise.all(Array.from({ length: job.width }, lane));
  delay.disable();
  const wallSeconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const good = (one: Signed) => (one instanceof Uint8Array ? verifies(one) : verifies(one.signature, one.message));
  const wrong = kept.filter((one) => !good(one)).length;
  const delayP99Ms = job.watchesLoop ? delay.percentile(99) / 1e6 : null;
  return { operations, wallSeconds, cpuSeconds: (user + system) / 1e6, delayP99Ms, failures, wrong };
}

/** Measures `sign` whenever the runner asks for a round, until it lets go. */
export function serveRounds(sign: (lane: number) => Promise<Signed>, close: () => unknown = () => {}): void {
  process.on('message', async ({ seconds, warmUpSeconds = rewarmSeconds }: { seconds: number; warmUpSeconds?: number }) => {
    await stretch(sign, warmUpSeconds);
    process.send?.(await stretch(sign, seconds));
  });
  process.on('disconnect', async () => {
    await close();
    process.exit();
  });
  process.send?.('ready');
}
