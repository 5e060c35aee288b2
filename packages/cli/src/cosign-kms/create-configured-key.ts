import { invalidArgument, type KeyBackend, type KeyInfo, type KeySpec, SignError } from '@securosys/core';
import { createKey } from '../backends/create-key.js';
import { readNamedFile } from '../files/read-file.js';
import type { KmsKey } from './key-settings.js';
import type { KmsSettings } from './settings.js';

/**
 * Makes a key for `cosign generate-key-pair --kms`, where the configuration allows that and says who approves the key's use (S8).
 * @throws SignError `ERR_CAPABILITY_MISSING`, `ERR_INVALID_ARGUMENT`, `ERR_KEY_EXISTS`, `ERR_POLICY_UNSAFE`, and those of the backend
 */
export async function createConfiguredKey(
  { ref }: KmsKey,
  { spec, settings, backend }: { readonly spec: KeySpec; readonly settings: KmsSettings; readonly backend: KeyBackend },
): Promise<KeyInfo> {
  if (!settings.createKey) {
    const how = '"createKey": {"policy": "/path/of/policy.json"}, or {"policy": null} for keys that nobody approves';
    throw new SignError('ERR_CAPABILITY_MISSING', `keys are made only when the configuration says so: ${how}`);
  }
  if (ref.label === undefined || ref.id || ref.spkiSha256 !== undefined)
    return invalidArgument('a key to be made has a label, and no id and no pin yet');
  const { policy } = settings.createKey;
  const rules = policy === null ? null : await readNamedFile(policy, 'the configuration: createKey.policy', 'own');
  return createKey(backend, { label: ref.label, spec, policy: rules });
}
