import { type KeyBackend, type KeyInfo, type KeyPurpose, type KeySpec, parseJsonObject, SignError } from '@securosys/core';
import type { CreateKeyOptions, TsbBackend } from '@securosys/tsb-client';

/** A key to be made, with the decision who has to approve its use. */
export interface NewKey {
  readonly label: string;
  readonly spec: KeySpec;
  /** The one thing that it may do. Default `sign`. */
  readonly purpose?: KeyPurpose;
  /** JSON of a policy; `null`: nobody approves. */
  readonly policy: Uint8Array | null;
}

const isTsb = (backend: KeyBackend): backend is TsbBackend => 'client' in backend && 'operations' in backend;

/** Only a TSB has policies, so what reads them comes with its part of the program. */
async function policyOf(bytes: Uint8Array) {
  const { keyPolicy } = await import('./connect-tsb.js');
  return keyPolicy(parseJsonObject(bytes, { what: 'policy' }));
}

/**
 * Makes a key. Backends that know no policies make plain keys only.
 * @throws SignError `ERR_CAPABILITY_MISSING`, `ERR_KEY_EXISTS`, `ERR_POLICY_UNSAFE`, `ERR_MALFORMED`, and those of the backend
 */
export async function createKey(
  backend: KeyBackend,
  { policy, ...key }: NewKey,
  options: CreateKeyOptions = {},
): Promise<KeyInfo> {
  if (isTsb(backend)) return backend.createKey({ ...key, policy: policy === null ? null : await policyOf(policy) }, options);
  if (!backend.createKey) throw new SignError('ERR_CAPABILITY_MISSING', 'this backend makes no keys');
  if (policy !== null) throw new SignError('ERR_CAPABILITY_MISSING', 'this backend knows no policies');
  return backend.createKey(key);
}
