import type { Suite } from '../../lib/suite.js';
import { approvedSignatures } from './approvals.js';
import { blobs } from './blobs.js';
import { otherCertificates } from './certificates.js';
import { imagesOfOthers } from './images.js';
import { imageLayouts } from './layouts.js';
import { listAndInspect } from './list-inspect.js';
import { ourSignatures } from './our-signatures.js';
import { pluginSignatures } from './plugin.js';
import { pluginApprovals } from './plugin-approvals.js';
import { pluginPolicy } from './plugin-policy.js';
import { programCertificates } from './program-certificates.js';
import { refusals } from './refusals.js';
import { revocations } from './revocations.js';
import { theirSignatures } from './their-signatures.js';
import { timestamps } from './timestamps.js';
import { createWorld } from './world.js';

const parts = [
  ourSignatures,
  otherCertificates,
  approvedSignatures,
  listAndInspect,
  imagesOfOthers,
  imageLayouts,
  refusals,
  theirSignatures,
  timestamps,
  revocations,
  blobs,
  pluginSignatures,
  pluginApprovals,
  pluginPolicy,
  programCertificates,
];

export const suite: Suite = {
  title: 'Notary Project signatures, judged by notation and judging it',
  programs: ['notation', 'referrers-registry', 'docker-registry', 'oras', 'crane', 'openssl'],
  async run(report, scope) {
    const world = await createWorld(report, scope);
    for (const part of parts) await part(world);
  },
};
