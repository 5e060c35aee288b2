import { basename } from 'node:path';
import type { Clock, Guard, KeyIntent } from '@securosys/core';
import { offlinePolicyGuard, parseSigningPolicy } from '@securosys/sign/policy';
import { readNamedFile } from '../files/read-file.js';

/** The guard of a policy in a file that nobody else may change. A plugin sees bytes and no registry. */
export async function openPolicyGuard(path: string, clock: Clock | undefined): Promise<Guard<KeyIntent>> {
  const text = await readNamedFile(path, 'signingPolicy', 'own');
  const policy = await parseSigningPolicy(text, { fileName: basename(path) });
  return offlinePolicyGuard(policy, clock ? { clock } : {});
}
