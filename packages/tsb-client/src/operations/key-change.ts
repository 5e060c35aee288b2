import { type CallOptions, SignError } from '@securosys/core';
import type { SignedKeyAttributes } from '../api/keys.js';
import { notForUs } from '../backend/known-keys.js';
import type { BackendParts } from '../backend/parts.js';

/** A key after something was done to it. */
export interface TsbKeyChange {
  readonly label: string;
  /** As the TSB describes the key now; absent for a credential that may not read it, and for a key that is gone already. */
  readonly attributes: SignedKeyAttributes | undefined;
}

/** The key as it is now: days may have passed since the act. */
export async function keyAfter(
  { client, keys, password }: Pick<BackendParts, 'client' | 'keys' | 'password'>,
  label: string,
  options: CallOptions,
): Promise<TsbKeyChange> {
  keys.forget({ label });
  const secret = await password(label, false);
  try {
    const attributes = await client.keys.attributes(label, { ...options, ...(secret !== undefined && { password: secret }) });
    return { label, attributes };
  } catch (error) {
    const silent = SignError.is(error) && (notForUs.has(error.code) || error.code === 'ERR_KEY_NOT_FOUND');
    if (!silent) throw error;
    return { label, attributes: undefined };
  }
}
