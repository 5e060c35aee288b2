import { SignError } from '@securosys/core';
import type { CosignReport } from '@securosys/cosign';
import { describe, expect, it } from 'vitest';
import { type Random, randomFrom } from '../../../notation-envelope/test/mutation/random.js';
import { testKey } from '../signing/keys.js';
import { type Mutant, mutations } from './mutations.js';
import { type Original, originalsOf } from './originals.js';

/**
 * The whole corpus of 200,000 under SLOW=1, as in CI, in pieces; else the first mutants of it. Of RSA there are few: its signatures take
 * thirty times as long to make, and are read alike.
 */
const piece = process.env.SLOW ? 20_000 : 450;
const pieces = Array.from({ length: process.env.SLOW ? 9 : 1 }, (_, i) => ['ec-p256', i * piece * 2, piece] as const);
const runs = [...pieces, ['rsa-2048', 0, process.env.SLOW ? 20_000 : 50] as const];
const names = Object.entries(mutations).flatMap(([name, [weight]]) => Array.from({ length: weight }, () => name));
const known = /^[a-z]+(?:-[a-z]+)*$/;

const outcomeOf = (report: CosignReport): string =>
  report.verdict === 'trusted'
    ? 'trusted'
    : report.signatures.map((one) => (one.status === 'refused' ? one.reason.code : 'good')).join();

function defectOf(original: Original, { bytes, again }: Mutant, report: CosignReport): string | undefined {
  const outcome = outcomeOf(report);
  if (!known.test(outcome)) return `refused without a reason of ours: ${outcome}`;
  if (report.verdict !== 'trusted') return undefined;
  const says = again ? original.saysAgain : original.says;
  const [theirs, ours] = [says?.(bytes), says?.(original.bytes)];
  return theirs === ours ? undefined : `accepted, and says ${theirs} instead of ${ours}`;
}

async function judged(original: Original, mutant: Mutant): Promise<readonly [outcome: string, defect: string | undefined]> {
  try {
    const report = await original.judge(mutant.bytes);
    return [outcomeOf(report), defectOf(original, mutant, report)];
  } catch (error) {
    const what = SignError.is(error) ? error.code : 'an error that is none of ours';
    return ['thrown', `thrown: ${what} ${(error as Error).stack ?? String(error)}`];
  }
}

function mutantOf(original: Original, name: string, random: Random): Mutant | undefined {
  const mutant = mutations[name]?.[1](original, random);
  return mutant && Buffer.compare(mutant.bytes, original.bytes) !== 0 ? mutant : undefined;
}

describe('mutants of bundles, envelopes, statements, payloads and detached signatures', () => {
  it.each(runs)(
    'by %s, from seed %i, %i of them, are refused with a reason, or say the same as their originals',
    async (spec, first, wanted) => {
      const originals = originalsOf(testKey(spec));
      for (const original of originals)
        expect([original.name, (await original.judge(original.bytes)).verdict]).toEqual([original.name, 'trusted']);
      const outcomes = new Map<string, number>();
      const accepted = new Set<string>();
      const defects: string[] = [];
      let made = 0;
      for (let seed = first; made < wanted; seed++) {
        const random = randomFrom(seed);
        const original = originals[seed % originals.length] as Original;
        const name = random.pick(names);
        const mutant = mutantOf(original, name, random);
        if (!mutant) continue;
        made++;
        const [outcome, defect] = await judged(original, mutant);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        if (outcome === 'trusted') accepted.add(name);
        if (defect !== undefined && defects.length < 10)
          defects.push(
            `${original.name}, seed ${seed}, ${name}: ${defect.slice(0, 600)}\n${Buffer.from(mutant.bytes).toString('base64')}`,
          );
      }
      if (process.env.SLOW) console.log(spec, first, made, Object.fromEntries(outcomes));
      expect(defects).toEqual([]);
      // Some changes are none: were every mutant refused, the acceptances would never be looked at.
      expect(accepted.size).toBeGreaterThan(1);
      for (const reason of ['malformed', 'no-trusted-key']) expect(outcomes.get(reason), reason).toBeGreaterThan(0);
    },
  );
});
