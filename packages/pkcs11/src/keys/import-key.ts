import type { KeyObject } from 'node:crypto';
import type { CallOptions, KeyPurpose } from '@securosys/core';
import type { TokenCalls } from '../token/token-calls.js';
import type { SelfTest } from './check-new-key.js';
import { keyComponents, wipeComponents } from './key-components.js';
import { type NewKeyOptions, newKey } from './new-key.js';
import { receiveKey } from './receive-key.js';
import type { TokenKey } from './token-key.js';

/** A private key that comes from outside: for tests and for moving. */
export interface ImportKeyRequest {
  readonly label: string;
  /** A private `KeyObject`, or PKCS#8 in DER without a password. It stays the caller's to wipe. */
  readonly privateKey: KeyObject | Uint8Array;
  /** The one thing that the key may do. Default `sign`. */
  readonly purpose?: KeyPurpose;
}

/**
 * Stores a private key with its public half. Its components are overwritten when the token has them, or has refused them.
 * @throws SignError `ERR_MALFORMED`, `ERR_INVALID_ARGUMENT`, `ERR_ALGORITHM_UNSUPPORTED`, and those of {@link receiveKey}
 */
export async function importKey(
  calls: TokenCalls,
  { label, privateKey, purpose = 'sign' }: ImportKeyRequest,
  id: Uint8Array,
  how: NewKeyOptions,
  selfTest: SelfTest,
  options: CallOptions,
): Promise<TokenKey> {
  const components = keyComponents(privateKey);
  try {
    const key = newKey(label, components.spec, purpose, id, how);
    const place = (template: Parameters<TokenCalls['createObject']>[0], rest: CallOptions) =>
      calls.createObject([...template, ...components.privateHalf], rest);
    return await receiveKey(calls, key, { publicHalf: components.publicHalf, place }, how, selfTest, options);
  } finally {
    wipeComponents(components);
  }
}
