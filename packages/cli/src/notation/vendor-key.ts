import { invalidArgument, type KeyBackend, type KeySpec } from '@securosys/core';
import type { PluginConfig } from '@securosys/notation-envelope';
import { createKey } from '../backends/create-key.js';
import { readNamedFile } from '../files/read-file.js';

/** Names of key types, as `keyType` has them. */
export const keyTypes: Readonly<Record<string, KeySpec>> = {
  'RSA-2048': 'rsa-2048',
  'RSA-3072': 'rsa-3072',
  'RSA-4096': 'rsa-4096',
  'EC-256': 'ec-p256',
  'EC-384': 'ec-p384',
  'EC-521': 'ec-p521',
};

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function keySpecOf(type: string | undefined): KeySpec {
  const spec = type !== undefined && Object.hasOwn(keyTypes, type) ? keyTypes[type] : undefined;
  return spec ?? invalidArgument(`the type of the key is none of ${Object.keys(keyTypes).join(', ')}`);
}

/**
 * Makes a key as `describe-key` of the closed plugin does, but only with a decision about its policy: that one makes a key with an
 * empty policy when nothing is said.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_POLICY_UNSAFE`, and those of the backend
 */
export async function createVendorKey(backend: KeyBackend, label: string, config: PluginConfig): Promise<void> {
  const { keyType, keyWithPolicy, policy } = config;
  const spec = keySpecOf(keyType);
  const plain = keyWithPolicy?.toLowerCase() === 'no';
  if (plain === (policy !== undefined)) invalidArgument('say keyWithPolicy=No for a plain key, or give the path of a policy');
  const file = policy === undefined ? undefined : await readNamedFile(policy, 'policy', 'own');
  await createKey(backend, { label, spec, policy: file ?? null });
}
