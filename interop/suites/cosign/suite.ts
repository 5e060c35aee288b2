import type { Suite } from '../../lib/suite.js';
import { refusals } from './refusals.js';
import { theirSignatures } from './their-signatures.js';
import { createWorld } from './world.js';

const parts = [theirSignatures, refusals];

export const suite: Suite = {
  title: 'cosign signatures, judged by cosign 3.1 and 2.5 and judging them',
  programs: ['cosign', 'cosign2', 'referrers-registry', 'docker-registry', 'softhsm2-util', 'openssl'],
  async run(report, scope) {
    const world = await createWorld(report, scope);
    for (const part of parts) await part(world);
  },
};
