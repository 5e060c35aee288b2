import { configureGlobal } from 'fast-check';

/**
 * Property tests draw the same values in every run, so that a change is judged by what it changes. `FC_SEED=random` looks further; what it
 * finds is printed with its seed and belongs into a test of its own. SLOW=1, as in CI, draws more.
 */
const { FC_SEED, SLOW } = process.env;
configureGlobal({
  numRuns: SLOW ? 100 : 40,
  ...(FC_SEED !== 'random' && { seed: FC_SEED === undefined ? 20_261_121 : Number(FC_SEED) }),
});
