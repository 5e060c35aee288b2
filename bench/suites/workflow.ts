import type { Suite } from '../figure.js';
import { cliStartFigures } from './workflow/cli-start.js';
import { requestFigures } from './workflow/requests.js';

/** A release team's day: many images in one request, and how soon the command line answers. */
export const suite: Suite = {
  title: 'requests of many images by the wall clock, against what the backend alone would take; starts of the command line',
  async *run(note) {
    yield* requestFigures(note);
    yield* cliStartFigures(note);
  },
};
