import type { Suite } from '../figure.js';
import { pluginFigures } from './cosign/plugin.js';
import { verifyFigures } from './cosign/verify.js';

/** Verification of bundles against the library of sigstore, and what our KMS plugin adds to `cosign sign`. */
export const suite: Suite = {
  title: 'cosign bundles, verified per second of processor time; cosign sign, milliseconds on the wall clock',
  async *run(note) {
    yield* verifyFigures(note);
    yield* pluginFigures(note);
  },
};
