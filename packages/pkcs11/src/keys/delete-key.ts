import type { CallOptions, KeyRef } from '@securosys/core';
import { CKA, CKC, CKO } from '../cryptoki/attributes.js';
import type { FoundObject, TokenCalls } from '../token/token-calls.js';
import { certificateKey } from './certificate-key.js';
import { ulong } from './entries.js';
import { findKey } from './find-key.js';
import { publicKeyAttributes } from './find-public-half.js';
import { objectTemplate } from './key-query.js';
import { destroy } from './own-objects.js';
import { publicKeyOfAttributes } from './public-half.js';
import type { TokenKey } from './token-key.js';
import { bytesOf } from './values.js';

/** What else goes with a key. */
export interface DeleteKeyOptions extends CallOptions {
  /** Also its own certificates; those of authorities stay. Default `false`. */
  certificates?: boolean;
}

/** Objects that hold this key's public half under its CKA_ID. Without an id nothing says that they belong together. */
async function belongings(calls: TokenCalls, key: TokenKey, options: DeleteKeyOptions): Promise<FoundObject[]> {
  const { id, publicKey } = key;
  if (id.byteLength === 0) return [];
  const keys = await calls.find(objectTemplate(CKO.PUBLIC_KEY, { id }), publicKeyAttributes, options);
  const own = keys.filter(({ attributes }) => publicKeyOfAttributes(attributes)?.equals(publicKey));
  return options.certificates ? [...own, ...(await ownCertificates(calls, key, options))] : own;
}

/** Certificates of a key: with its CKA_ID and its public key, both. */
export async function ownCertificates(
  calls: TokenCalls,
  { id, publicKey }: TokenKey,
  options: CallOptions,
): Promise<FoundObject[]> {
  if (id.byteLength === 0) return [];
  const template = [...objectTemplate(CKO.CERTIFICATE, { id }), ulong(CKA.CERTIFICATE_TYPE, CKC.X_509)];
  const found = await calls.find(template, [CKA.VALUE], options);
  return found.filter(({ attributes }) => certificateKey(bytesOf(attributes, CKA.VALUE))?.equals(publicKey));
}

/**
 * Destroys a private key, and then its public key object. The private half goes first: what a failure leaves over signs nothing.
 * @throws SignError those of {@link findKey}; a module that does not let the key be destroyed says so
 */
export async function deleteKey(calls: TokenCalls, ref: KeyRef, options: DeleteKeyOptions): Promise<TokenKey> {
  const { certificates: _, ...rest } = options;
  const key = await findKey(calls, ref, rest);
  const others = await belongings(calls, key, options);
  await destroy(calls, key, rest);
  for (const each of others) await destroy(calls, each, rest);
  return key;
}
