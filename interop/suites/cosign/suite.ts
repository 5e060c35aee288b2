import type { Suite } from '../../lib/suite.js';
import { detachedFlow } from './detached.js';
import { indexes } from './indexes.js';
import { neighbours } from './neighbours.js';
import { otherKeys } from './other-keys.js';
import { ourSignatures } from './our-signatures.js';
import { pluginSignatures } from './plugin.js';
import { pluginCalls } from './plugin-calls.js';
import { pluginPolicy } from './plugin-policy.js';
import { predicateTypes } from './predicates.js';
import { refusals } from './refusals.js';
import { theirSignatures } from './their-signatures.js';
import { timestamps } from './timestamps.js';
import { createWorld } from './world.js';

const parts = [
  ourSignatures,
  theirSignatures,
  indexes,
  detachedFlow,
  otherKeys,
  neighbours,
  predicateTypes,
  timestamps,
  refusals,
  pluginSignatures,
  pluginCalls,
  pluginPolicy,
];

export const suite: Suite = {
  title: 'cosign signatures, judged by cosign 3.1 and 2.5 and judging them',
  programs: ['cosign', 'cosign2', 'referrers-registry', 'docker-registry', 'softhsm2-util', 'openssl'],
  async run(report, scope) {
    const world = await createWorld(report, scope);
    for (const part of parts) await part(world);
  },
};
