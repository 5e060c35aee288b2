import type { Suite } from '../../lib/suite.js';
import { faults } from './faults.js';
import { notationPlugin } from './notation-plugin.js';
import { onNss, ourKeys } from './our-keys.js';
import { processes } from './processes.js';
import { theirKeys } from './their-keys.js';
import { createWorld } from './world.js';

const parts = [theirKeys, ourKeys, onNss, processes, notationPlugin, faults];

export const suite: Suite = {
  title: 'PKCS#11 on SoftHSM2 and on the softoken of NSS, with what their own tools make and judge',
  programs: ['softhsm2-util', 'pkcs11-tool', 'certutil', 'cc', 'notation', 'referrers-registry', 'openssl'],
  async run(report, scope) {
    const world = await createWorld(report, scope);
    for (const part of parts) await part(world);
  },
};
