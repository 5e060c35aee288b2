import type { Suite } from '../figure.js';
import { verifyFigures } from './dct/verify.js';

/** Whole processes on the wall clock against the real client, over a real server. */
export const suite: Suite = {
  title: 'Docker Content Trust, a repository of 1,000 tags verified with nothing cached, milliseconds on the wall clock',
  run: (note) => verifyFigures(note),
};
