import { median } from '../../measure.js';
import type { Round } from './serve-rounds.js';
import type { Side } from './side.js';

/** What came of all rounds of a side. */
export interface Outcome {
  /** Median of operations per second of the wall clock; `undefined` when no round was finished. */
  readonly rate?: number;
  /** Median of the rounds' 99th percentiles. */
  readonly delayP99Ms?: number;
  /** What there is to say about the side: how it ended, what failed, how many wrong signatures. */
  readonly remarks: readonly string[];
}

/** A side and the share of all rounds in which it takes part. */
export interface Entrant {
  readonly side: Side;
  /** Takes part in every n-th round. */
  readonly every?: number;
}

export interface Schedule {
  readonly rounds: number;
  readonly seconds: number;
}

interface Played {
  readonly rounds: Round[];
  ended?: string;
}

function outcome({ rounds, ended }: Played): Outcome {
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
    rate: median(rounds.map(({ operations, wallSeconds }) => operations / wallSeconds)),
    ...(delays.length > 0 && { delayP99Ms: median(delays) }),
    remarks,
  };
}

/** Rounds of all sides alternate, so that whatever slows the machine hits each of them; a side that ends takes part no more. */
export async function interleave<Name extends string>(
  entrants: Readonly<Record<Name, Entrant>>,
  { rounds, seconds }: Schedule,
): Promise<Record<Name, Outcome>> {
  const names = Object.keys(entrants) as Name[];
  const played = Object.fromEntries(names.map((name) => [name, { rounds: [] }])) as unknown as Record<Name, Played>;
  for (let at = 0; at < rounds; at++)
    for (const name of names) {
      const { side, every = 1 } = entrants[name];
      if (at % every !== 0 || played[name].ended !== undefined) continue;
      try {
        played[name].rounds.push(await side.round(seconds));
      } catch (error) {
        played[name].ended = (error as Error).message;
      }
    }
  return Object.fromEntries(names.map((name) => [name, outcome(played[name])])) as Record<Name, Outcome>;
}
