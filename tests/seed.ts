import { configureGlobal } from 'fast-check';

/**
 * Property tests draw the same values in every run, so that a change is judged by what it changes. `FC_SEED=random` looks further; what it
 * finds is printed with its seed and belongs into a test of its own.
 */
const { FC_SEED } = process.env;
if (FC_SEED !== 'random') configureGlobal({ seed: FC_SEED === undefined ? 20_261_121 : Number(FC_SEED) });
