import { type CallOptions, equalBytes, SignError } from '@securosys/core';
import { CKA, CKO } from '../cryptoki/attributes.js';
import type { FoundObject, TokenCalls } from '../token/token-calls.js';
import { type CertificateFields, certificateFields } from './certificate-fields.js';
import { authorityId, authorityLabel, certificateTemplate } from './certificate-template.js';
import { orderedChain } from './chain-order.js';
import { ownCertificates } from './delete-key.js';
import { bytes } from './entries.js';
import { objectTemplate } from './key-query.js';
import { destroy } from './own-objects.js';
import type { TokenKey } from './token-key.js';

function holds({ attributes }: FoundObject, { der }: CertificateFields): boolean {
  const value = attributes.get(CKA.VALUE);
  return value !== undefined && equalBytes(value, der);
}

/** Creates an object unless it is there; a lost answer is settled by looking, since the value says which object it is. */
async function ensure(calls: TokenCalls, fields: CertificateFields, label: string, id: Uint8Array, options: CallOptions) {
  const there = async () => {
    const template = [...objectTemplate(CKO.CERTIFICATE, { id }), bytes(CKA.VALUE, fields.der)];
    const found = await calls.find(template, [], options);
    return found.length > 0;
  };
  if (await there()) return;
  try {
    await calls.createObject(certificateTemplate(fields, label, id), options);
  } catch (error) {
    if (!SignError.is(error, 'ERR_OUTCOME_UNKNOWN') || !(await there())) throw error;
  }
}

/**
 * Stores the chain of a key: its own certificate under the key's label and CKA_ID, authorities under their own. Authorities come first and
 * the key's older certificates go last, so that at no moment the key has none. Order and gaps are checked before anything is written.
 * @param chain DER, in any order
 * @throws SignError `ERR_CHAIN_INVALID`, `ERR_MALFORMED`, `ERR_KEY_NOT_USABLE` for a key without CKA_ID, and those of the token
 */
export async function storeCertificates(
  calls: TokenCalls,
  key: TokenKey,
  chain: readonly Uint8Array[],
  options: CallOptions,
): Promise<void> {
  if (key.id.byteLength === 0)
    throw new SignError('ERR_KEY_NOT_USABLE', 'the key has no CKA_ID by which a certificate could belong to it');
  const [leaf, ...authorities] = orderedChain(chain.map(certificateFields), key.publicKey);
  if (!leaf) throw new SignError('ERR_CHAIN_INVALID', 'the chain is empty');
  for (const authority of authorities.toReversed())
    await ensure(calls, authority, authorityLabel(authority), authorityId(authority), options);
  const before = await ownCertificates(calls, key, options);
  await ensure(calls, leaf, key.label ?? 'certificate', key.id, options);
  for (const old of before) if (!holds(old, leaf)) await destroy(calls, old, options);
}
