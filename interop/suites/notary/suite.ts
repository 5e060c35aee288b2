import type { Suite } from '../../lib/suite.js';
import { access } from './access.js';
import { bothWays } from './both-ways.js';
import { commands } from './commands.js';
import { kills } from './kills.js';
import { migration } from './migration.js';
import { people } from './people.js';
import { races } from './races.js';
import { refusals } from './refusals.js';
import { rotations } from './rotations.js';
import { signers } from './signers.js';
import { createWorld } from './world.js';

/** Each part is a file beside this one. */
export const suite: Suite = {
  title: 'Docker Content Trust, against the real Notary server and client, each way',
  programs: [
    'notary',
    'notary-server',
    'notary-signer',
    'docker-registry',
    'notation',
    'cosign',
    'openssl',
    'curl',
    'softhsm2-util',
  ],
  async run(report, scope) {
    const world = await createWorld(report, scope);
    await signers(world);
    await bothWays(world);
    await rotations(world);
    await people(world);
    await races(world);
    await kills(world);
    await refusals(world);
    await access(world);
    await commands(world);
    await migration(world);
  },
};
