import {
  type KeyAssurance,
  type KeyRef,
  type KeyUsage,
  SignError,
  type SymmetricKeyInfo,
  type SymmetricKeySpec,
} from '@securosys/core';
import type { TsbKeyAttributes } from '../api/keys.js';
import { approvalWindows, needsApproval } from './describe.js';

const specs: ReadonlyMap<number | undefined, SymmetricKeySpec> = new Map([
  [128, 'aes-128'],
  [192, 'aes-192'],
  [256, 'aes-256'],
]);

/**
 * A symmetric key as the TSB describes it, but for its check value. The size of an AES key may be missing from the answer
 * (`tsb-rest-api.md` §2.2).
 * @throws SignError `ERR_KEY_NOT_USABLE` for a key that is no AES key, `ERR_PROTOCOL` when the answer is about another label
 */
export function symmetricInfoOf(ref: KeyRef, json: TsbKeyAttributes, assurance: KeyAssurance): SymmetricKeyInfo {
  if (json.label !== ref.label) throw new SignError('ERR_PROTOCOL', 'asked for one key, the answer describes another');
  if (json.algorithm !== 'AES' || json.publicKey) throw new SignError('ERR_KEY_NOT_USABLE', 'the key is no AES key');
  const usages: readonly KeyUsage[] = json.attributes.decrypt ? ['decrypt', 'encrypt'] : ['encrypt'];
  const windows = approvalWindows(json.policy);
  return {
    ref: { label: json.label },
    spec: specs.get(json.keySize),
    usages,
    needsApproval: needsApproval(json.policy),
    assurance,
    ...(windows.length > 0 && { approvalWindows: windows }),
    ...(json.policy?.keyStatus?.blocked && { blocked: true }),
  };
}
