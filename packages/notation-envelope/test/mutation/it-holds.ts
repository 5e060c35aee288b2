import { describe, expect, it } from 'vitest';
import { type MutationTable, reportText, runCorpus } from './corpus.js';
import type { Original } from './original.js';

/** Mutants of one corpus: 200,000 in all of them together under SLOW=1, as in CI; and else the first of them. */
const mutants = process.env.SLOW ? 40_000 : 250;

/** One corpus as a test: no mutant is accepted unless it says what its original says, and none is answered with a crash. */
export function itHolds(
  title: string,
  originals: () => Original[],
  table: (originals: readonly Original[]) => MutationTable,
): void {
  describe(`mutants of ${title}`, () => {
    it('are refused with a reason, or say the same as their originals', async () => {
      const made = originals();
      const report = await runCorpus(made, table(made), { mutants });
      console.log(reportText(title, report));
      expect(report.defects).toEqual([]);
      expect(report.mutants).toBe(mutants);
      // Some changes are none: were every mutant refused, the acceptances would never be looked at.
      expect(report.accepted).toBeGreaterThan(0);
    });
  });
}
