import type { Suite } from '../figure.js';
import { emulatorSigns } from './tsb/emulator.js';
import { signCalls } from './tsb/sign-calls.js';
import { watch } from './tsb/watch.js';

/** Each figure is a file of `tsb/`. */
const figures = [signCalls, watch, emulatorSigns];

/** The TSB client and its emulator, against what they are built on. */
export const suite: Suite = {
  title: 'TSB client and emulator; operations per second of processor time unless a row says otherwise',
  async *run(note) {
    for (const figure of figures) yield* figure(note);
  },
};
