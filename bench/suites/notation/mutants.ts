import { type MutationTable, reportText, runCorpus } from '../../../packages/notation-envelope/test/mutation/corpus.js';
import type { Original } from '../../../packages/notation-envelope/test/mutation/original.js';
import { coseOriginals, jwsOriginals } from '../../../packages/notation-envelope/test/mutation/originals.js';
import { coseMutations, jwsMutations } from '../../../packages/notation-envelope/test/mutation/tables.js';
import { type Result, rounded } from '../../figure.js';

const specs = ['ec-p256', 'ec-p521', 'rsa-2048', 'rsa-4096'] as const;
const mutants = 5_000;
const atMostMilliseconds = 50;

/** The slowest of ten thousand mutants of good envelopes (`packages/notation-envelope/test/mutation`). */
export async function mutantFigure(note: (text: string) => void): Promise<Result> {
  const corpora: [string, Original[], (originals: readonly Original[]) => MutationTable][] = [
    ['JWS', specs.flatMap(jwsOriginals), jwsMutations],
    ['COSE', specs.flatMap(coseOriginals), coseMutations],
  ];
  let slowest = 0;
  for (const [title, originals, table] of corpora) {
    const report = await runCorpus(originals, table(originals), { mutants });
    if (report.defects.length > 0) throw new Error(report.defects[0]);
    note(reportText(title, report).split('\n', 1)[0] as string);
    slowest = Math.max(slowest, report.slowest.milliseconds);
  }
  return {
    figure: { bench: 'notation', figure: 'slowest mutant', ours: rounded(slowest), peer: 'none', theirs: null, ratio: null },
    unit: 'ms',
    goal: { text: `at most ${atMostMilliseconds} ms`, met: slowest <= atMostMilliseconds },
  };
}
