import { median } from '../../measure.js';
import type { Round } from './serve-rounds.js';
import type { Side } from './side.js';

/** What came of all rounds of a side. */
export interface Outcome {
  /** Operations per second of the wall clock: of each process the median of its rounds, of those the median. `undefined` when no round was finished. */
  readonly rate?: number;
  /** Processor time of all threads for one operation, in microseconds; medians as of the rate. */
  readonly cpuMicroseconds?: number;
  /** Median of the rounds' 99th percentiles. */
  readonly delayP99Ms?: number;
  /** What there is to say about the side: how it ended, what failed, how many wrong signatures. */
  readonly remarks: readonly string[];
}

/** A side, which is started anew again and again, and how often. */
export interface Entrant {
  start(): Promise<Side>;
  /** Takes part in every n-th start. */
  readonly every?: number;
}

export interface Schedule {
  /** How often each side is started: two processes of one program differ by several parts in a hundred, for as long as they live. */
  readonly starts: number;
  /** Rounds of each process. */
  readonly rounds: number;
  readonly seconds: number;
}

interface Played {
  /** Rounds of each process. */
  readonly processes: Round[][];
  ended?: string;
}

const rateOf = ({ operations, wallSeconds }: Round): number => operations / wallSeconds;
const cpuOf = ({ operations, cpuSeconds }: Round): number => (cpuSeconds * 1e6) / operations;

/** Of each process the median of its rounds, of those the median. */
const medianOf = (processes: readonly (readonly Round[])[], of: (round: Round) => number): number =>
  median(processes.flatMap((rounds) => (rounds.length > 0 ? median(rounds.map(of)) : [])));

function outcome({ processes, ended }: Played): Outcome {
  const rounds = processes.flat();
  const remarks = ended === undefined ? [] : [ended];
  const wrong = rounds.reduce((sum, round) => sum + round.wrong, 0);
  if (wrong > 0) remarks.push(`${wrong} wrong signatures`);
  const failed = new Map<string, number>();
  for (const { failures } of rounds)
    for (const [name, count] of Object.entries(failures)) failed.set(name, (failed.get(name) ?? 0) + count);
  const done = rounds.reduce((sum, { operations }) => sum + operations, 0);
  for (const [name, count] of failed) remarks.push(`${count} of ${count + done} failed: ${name}`);
  if (done === 0) return { remarks };
  const delays = rounds.flatMap(({ delayP99Ms }) => delayP99Ms ?? []);
  return {
    rate: medianOf(processes, rateOf),
    cpuMicroseconds: medianOf(processes, cpuOf),
    ...(delays.length > 0 && { delayP99Ms: median(delays) }),
    remarks,
  };
}

/**
 * Rounds of all sides alternate, so that whatever slows the machine hits each of them, and all processes are new from time to time. A side
 * that ends by itself takes part no more.
 */
export async function interleave<Name extends string>(
  entrants: Readonly<Record<Name, Entrant>>,
  { starts, rounds, seconds }: Schedule,
): Promise<Record<Name, Outcome>> {
  const names = Object.keys(entrants) as Name[];
  const played = {} as Record<Name, Played>;
  for (const name of names) played[name] = { processes: [] };
  for (let at = 0; at < starts; at++) {
    const due = names.filter((name) => at % (entrants[name].every ?? 1) === 0 && played[name].ended === undefined);
    const sides = new Map<Name, Side>();
    for (const name of due) {
      sides.set(name, await entrants[name].start());
      played[name].processes.push([]);
    }
    try {
      for (let round = 0; round < rounds; round++)
        for (const [name, side] of sides) {
          if (played[name].ended !== undefined) continue;
          try {
            played[name].processes.at(-1)?.push(await side.round(seconds));
          } catch (error) {
            played[name].ended = (error as Error).message;
          }
        }
    } finally {
      for (const side of sides.values()) side.close();
    }
  }
  return Object.fromEntries(names.map((name) => [name, outcome(played[name])])) as Record<Name, Outcome>;
}
