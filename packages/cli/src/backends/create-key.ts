import { type JsonObject, type KeyBackend, type KeyInfo, type KeySpec, parseJsonObject, SignError } from '@securosys/core';
import type { CreateKeyOptions, TsbBackend, TsbKeySpecRequest } from '@securosys/tsb-client';

/** A key to be made, with the decision who has to approve its use. */
export interface NewKey {
  readonly label: string;
  readonly spec: KeySpec;
  /** JSON of a policy; `null`: nobody approves. */
  readonly policy: Uint8Array | null;
}

type Policy = NonNullable<TsbKeySpecRequest['policy']>;

/** What a TSB takes for a policy is checked by the client, member by member. */
const asPolicy = (json: JsonObject): Policy => json as unknown as Policy;

const isTsb = (backend: KeyBackend): backend is TsbBackend => 'client' in backend && 'operations' in backend;

/**
 * Makes a key. Backends that know no policies make plain keys only.
 * @throws SignError `ERR_CAPABILITY_MISSING`, `ERR_KEY_EXISTS`, `ERR_POLICY_UNSAFE`, `ERR_MALFORMED`, and those of the backend
 */
export async function createKey(
  backend: KeyBackend,
  { label, spec, policy }: NewKey,
  options: CreateKeyOptions = {},
): Promise<KeyInfo> {
  if (isTsb(backend)) {
    const rules = policy === null ? null : asPolicy(parseJsonObject(policy, { what: 'policy' }));
    return backend.createKey({ label, spec, policy: rules }, options);
  }
  if (!backend.createKey) throw new SignError('ERR_CAPABILITY_MISSING', 'this backend makes no keys');
  if (policy !== null) throw new SignError('ERR_CAPABILITY_MISSING', 'this backend knows no policies');
  return backend.createKey({ label, spec });
}
