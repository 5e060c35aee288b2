import { type CallOptions, equalBytes, type KeyRef, SignError } from '@securosys/core';
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
async function publicKeys(calls: TokenCalls, { id, publicKey }: TokenKey, options: CallOptions): Promise<FoundObject[]> {
  if (id.byteLength === 0) return [];
  const found = await calls.find(objectTemplate(CKO.PUBLIC_KEY, { id }), publicKeyAttributes, options);
  return found.filter(({ attributes }) => publicKeyOfAttributes(attributes)?.equals(publicKey));
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

type Names = Pick<KeyRef, 'label' | 'id'>;

/** Whether a private key with these names is still there, after an answer that was lost. */
async function isThere(
  calls: TokenCalls,
  key: Pick<FoundObject, 'handle'>,
  names: Names,
  options: CallOptions,
): Promise<boolean> {
  const found = await calls.find(objectTemplate(CKO.PRIVATE_KEY, names), [], options);
  return found.some(({ handle }) => handle.epoch !== key.handle.epoch || equalBytes(handle.bytes, key.handle.bytes));
}

async function destroyPrivate(
  calls: TokenCalls,
  key: Pick<FoundObject, 'handle'>,
  names: Names,
  options: CallOptions,
): Promise<void> {
  try {
    await destroy(calls, key, options);
  } catch (error) {
    if (!SignError.is(error, 'ERR_OUTCOME_UNKNOWN') || (await isThere(calls, key, names, options))) throw error;
  }
}

/** A private key whose public half nobody knows can be destroyed by its name all the same. */
async function deleteOrphan(calls: TokenCalls, ref: KeyRef, why: unknown, options: CallOptions): Promise<void> {
  const [only, another] = await calls.find(objectTemplate(CKO.PRIVATE_KEY, ref), [], options);
  if (!SignError.is(why, 'ERR_KEY_NOT_USABLE') || ref.spkiSha256 !== undefined || !only || another) throw why;
  await destroyPrivate(calls, only, ref, options);
}

/**
 * Destroys a private key, and then its public key object. The private half goes first: what a failure leaves over signs nothing.
 * @throws SignError those of {@link findKey} but `ERR_KEY_NOT_USABLE`; a module that does not let the key be destroyed says so
 */
export async function deleteKey(calls: TokenCalls, ref: KeyRef, { certificates, ...options }: DeleteKeyOptions): Promise<void> {
  let key: TokenKey;
  try {
    key = await findKey(calls, ref, options);
  } catch (error) {
    return deleteOrphan(calls, ref, error, options);
  }
  const own = await publicKeys(calls, key, options);
  const others = certificates ? [...own, ...(await ownCertificates(calls, key, options))] : own;
  await destroyPrivate(calls, key, key.info.ref, options);
  for (const each of others) await destroy(calls, each, options);
}
