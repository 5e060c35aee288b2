import type { Suite } from '../../lib/suite.js';
import { approvals } from './approvals.js';
import { closedPlugin } from './closed-plugin.js';
import { decoder } from './decoder.js';
import { exchange } from './exchange.js';
import { imageShapes } from './image-shapes.js';
import { mutualTls } from './mutual-tls.js';
import { refusals } from './refusals.js';
import { severalRecipients } from './several-recipients.js';
import { createWorld } from './world.js';

const parts = [exchange, imageShapes, severalRecipients, refusals, decoder, mutualTls, closedPlugin, approvals];

export const suite: Suite = {
  title: 'image encryption between skopeo, ctd-decoder and us',
  programs: ['skopeo', 'skopeo18', 'ctd-decoder', 'docker-registry', 'softhsm2-util', 'openssl', 'tar', 'zstd'],
  async run(report, scope) {
    const world = await createWorld(report, scope);
    for (const part of parts) await part(world);
  },
};
