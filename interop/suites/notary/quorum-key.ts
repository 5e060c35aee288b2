import { buildPolicy, quorum } from '@securosys/tsb-client';
import { createApproverKey } from '@securosys/tsb-emulator';
import type { World } from './world.js';

/** A key of the broker that two of three people have to approve each use of. @returns the people */
export async function createPeoplesKey({ broker }: Pick<World, 'broker'>, label: string) {
  const three = ['Ada', 'Ben', 'Cleo'].map((name) => createApproverKey(name));
  const rule = quorum(2, three, { timeoutSeconds: 86_400 });
  const policy = buildPolicy({ use: rule, modify: rule, unblock: rule, block: rule });
  await broker.client.keys.create({ label, spec: 'ec-p256', policy });
  return three;
}
