import type { KeyObject } from 'node:crypto';
import { hexText } from '@securosys/core';
import { addressFormats, fromCharArray, type Policy, type TsbAttributes } from '@securosys/tsb-client/api';
import { type AddressFormat, addressBase } from '../crypto/address.js';
import { failure } from '../failure.js';
import { hsmSeconds, type Partition } from '../partition.js';
import type { Rules } from '../policy/model.js';
import { type ApproverNames, readRules } from '../policy/read-policy.js';
import { readAttributes } from './key-attributes.js';
import type { KeyAddress, KeyFacts } from './key-facts.js';
import { KeyRecord } from './key-record.js';
import { type KeyType, specFacts } from './key-specs.js';
import { newDerivation } from './new-derivation.js';
import { publicKeyOf } from './public-half.js';

/** The policy of a new key, with its approvers resolved. */
export interface KeyPolicy {
  readonly rules: Rules;
  readonly blocked: boolean;
}

/**
 * The policy that a body states.
 * @throws SignError with the TSB error 600 for a blocked key that nobody could unblock, and those of rules
 */
export function readPolicy(policy: Policy | undefined, approvers: ApproverNames): KeyPolicy | undefined {
  if (!policy) return undefined;
  const rules = readRules(policy, approvers);
  const { blocked } = policy.keyStatus;
  if (blocked && rules.ruleUnblock?.tokens.length === 0) throw failure(600, 'nobody could ever unblock this key');
  return { rules, blocked };
}

/** A key to be made, as create, import and unwrap ask for it. */
export interface NewKey {
  readonly label: string;
  readonly id?: string | undefined;
  readonly spec: KeyType;
  readonly attributes: TsbAttributes;
  readonly password?: readonly string[] | undefined;
  readonly addressFormat?: { readonly format: AddressFormat } | undefined;
  readonly policy?: KeyPolicy | undefined;
}

/** Everything about a new key but its bytes, all of it checked. */
export type NewKeyFacts = Omit<KeyFacts, 'privateKey' | 'derivation' | 'address'>;

/**
 * Checks what is said about a key before it is made, which may be slow.
 * @throws SignError with the TSB error 606, 608, 610, 630
 */
export function checkedNewKey(partition: Partition, asked: NewKey): NewKeyFacts {
  const { label, id, spec, policy } = asked;
  if (asked.addressFormat && !policy) throw failure(630, 'an address format is only for keys with a policy');
  const attributes = readAttributes(asked.attributes, spec, policy !== undefined);
  partition.keys.refuseTaken(label);
  return { label, id, spec, attributes, password: fromCharArray(asked.password), createdAt: hsmSeconds(partition), ...policy };
}

/** The address of a key in a format. @throws SignError with the TSB error 605 */
export async function addressIn(format: string, { spec, spki }: Pick<KeyRecord, 'spec' | 'spki'>): Promise<KeyAddress> {
  const currency = addressFormats.find((known) => known === format);
  if (!spki || !currency || !['ec', 'ed25519'].includes(specFacts(spec).family))
    throw failure(605, 'there are no addresses of this kind for keys of this type');
  return { format, value: hexText(await addressBase(publicKeyOf(spki), currency)) };
}

/**
 * The record of a checked key with its bytes, not yet in the partition.
 * @param chainCode 32 bytes, of a key that comes from a seed
 */
export async function buildNewKey(
  asked: NewKey,
  facts: NewKeyFacts,
  privateKey: KeyObject,
  chainCode?: Uint8Array,
): Promise<KeyRecord> {
  const derivation = newDerivation(asked.spec, { ...asked.attributes, derive: facts.attributes.derive }, chainCode);
  const key = new KeyRecord({ ...facts, privateKey, derivation });
  const format = asked.addressFormat?.format;
  return format === undefined ? key : key.with({ address: await addressIn(format, key) });
}
