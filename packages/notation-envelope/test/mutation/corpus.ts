import { createChainCache, evaluateSignature } from '@securosys/notation-envelope';
import { changedBytes } from './byte-mutations.js';
import { judge } from './judge.js';
import type { Mutant, Mutation, Original } from './original.js';
import { type Random, randomFrom } from './random.js';

/** Mutations by name, and how often each is taken. */
export type MutationTable = Readonly<Record<string, readonly [weight: number, mutation: Mutation]>>;

/** What a run found. */
export interface CorpusReport {
  readonly mutants: number;
  readonly accepted: number;
  /** Mutants by where they were refused. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Accepted ones by mutation. */
  readonly acceptedBy: ReadonlyMap<string, number>;
  readonly slowest: { readonly milliseconds: number; readonly mutant: string };
  /** At most ten, each with what it takes to make the mutant again. */
  readonly defects: readonly string[];
}

const count = (map: Map<string, number>, name: string): void => void map.set(name, (map.get(name) ?? 0) + 1);

function mutantOf(original: Original, [name, mutation]: [string, Mutation], random: Random): [string, Mutant] | undefined {
  const mutant = mutation(original, random);
  if (!mutant) return undefined;
  // One in ten is damaged once more, so that what one check lets pass meets the next.
  if (!random.oneIn(10) || mutant.bytes.byteLength === 0) return [name, mutant];
  return [`${name} and bytes`, { ...mutant, ...changedBytes(mutant, random) }];
}

/** Judges mutants number `first` to `first + mutants - 1`; the same number is the same mutant in every run that has the same keys. */
export async function runCorpus(
  originals: readonly Original[],
  table: MutationTable,
  { first = 0, mutants }: { first?: number; mutants: number },
): Promise<CorpusReport> {
  const names = Object.entries(table).flatMap(([name, [weight]]) => Array.from({ length: weight }, () => name));
  const before = new Map(
    await Promise.all(
      originals.map(
        async (original) =>
          [original, await evaluateSignature(original.bytes, original.codec.mediaType, original.options)] as const,
      ),
    ),
  );
  const defects: string[] = [];
  for (const [{ name, verdict }, outcome] of before)
    if (outcome.verdict !== verdict) defects.push(`${name} itself is ${outcome.verdict}: ${JSON.stringify(outcome.checks)}`);
  const [outcomes, acceptedBy] = [new Map<string, number>(), new Map<string, number>()];
  let slowest = { milliseconds: 0, mutant: 'none' };
  // Small, so that mutants push each other out of it.
  const cache = createChainCache({ maxEntries: 40 });
  let accepted = 0;
  let made = 0;
  for (let seed = first; made < mutants; seed++) {
    const random = randomFrom(seed);
    const original = originals[seed % originals.length] as Original;
    const name = random.pick(names);
    const mutant = mutantOf(original, [name, (table[name] as MutationTable[string])[1]], random);
    if (!mutant || (mutant[1].mediaType === undefined && Buffer.compare(mutant[1].bytes, original.bytes) === 0)) continue;
    made++;
    const judged = await judge(
      original,
      before.get(original) as Awaited<ReturnType<typeof evaluateSignature>>,
      mutant[1],
      random.oneIn(2) ? cache : undefined,
    );
    const label = `${original.name}, seed ${seed}, ${mutant[0]}`;
    count(outcomes, judged.outcome);
    if (judged.accepted) {
      accepted++;
      count(acceptedBy, mutant[0]);
    }
    if (judged.milliseconds > slowest.milliseconds)
      slowest = { milliseconds: judged.milliseconds, mutant: `${label}: ${judged.outcome}` };
    if (judged.defect !== undefined && defects.length < 10)
      defects.push(
        `${label}: ${judged.defect.slice(0, 600)}\n${Buffer.from(mutant[1].bytes.subarray(0, 3_000)).toString('base64')}`,
      );
  }
  return { mutants: made, accepted, outcomes, acceptedBy, slowest, defects };
}

/** A report for people. */
export function reportText(title: string, { mutants, accepted, outcomes, acceptedBy, slowest }: CorpusReport): string {
  const rows = (map: ReadonlyMap<string, number>) =>
    [...map].sort(([, a], [, b]) => b - a).map(([name, times]) => `  ${String(times).padStart(7)}  ${name}`);
  return [
    `${title}: ${mutants} mutants, slowest ${slowest.milliseconds.toFixed(2)} ms (${slowest.mutant})`,
    ...rows(outcomes),
    `  accepted, and saying the same as their originals: ${accepted}`,
    ...rows(acceptedBy),
  ].join('\n');
}
