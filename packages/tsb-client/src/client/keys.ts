import { type CallOptions, type KeySpec, SignError } from '@securosys/core';
import { curveOids } from '../api/algorithms.js';
import { toCharArray } from '../api/char-array.js';
import { endpoints } from '../api/endpoints.js';
import type { CreateKeyRequest, SignedKeyAttributes, TsbAttributes } from '../api/keys.js';
import type { Policy } from '../api/policy.js';
import { assertPolicySafe } from '../policy/safety.js';
import type { CallEndpoint } from './calls.js';
import { checkCallOptions, checkObject } from './options.js';

/** A key to be made. */
export interface NewTsbKey {
  readonly label: string;
  readonly spec: KeySpec;
  /** Who must approve its use; `null` for a plain key, which can never get a policy. No default: it is a decision (S8). */
  readonly policy: Policy | null;
  readonly password?: string;
  /** Default: may sign, and nothing else; not `destroyable`, so it cannot be deleted either. */
  readonly attributes?: Partial<TsbAttributes>;
}

/** Exceptions from the safety rules for one new key. */
export interface CreateKeyOptions extends CallOptions {
  /** Allows a policy whose use needs people while its change does not (S6). */
  allowUnprotectedModify?: boolean;
  /** Allows a key that both signs and decrypts (S4). */
  allowSignAndDecrypt?: boolean;
}

/** Options of a call about one key; `password` is the key's own, if it has one. */
export interface KeyCallOptions extends CallOptions {
  password?: string;
}

/** `client.keys` (role keyManagement, `tsb-rest-api.md` §2.3). */
export interface TsbKeys {
  /**
   * Makes a key that signs, and nothing else. It cannot be destroyed, so `delete` will be refused for ever: a key that is to be
   * deleted some day (in a test, for example) needs `attributes: { destroyable: true }` now.
   * @throws SignError `ERR_POLICY_UNSAFE`, `ERR_KEY_EXISTS`
   */
  create(key: NewTsbKey, options?: CreateKeyOptions): Promise<SignedKeyAttributes>;
  /** @throws SignError `ERR_KEY_NOT_FOUND` */
  attributes(label: string, options?: KeyCallOptions): Promise<SignedKeyAttributes>;
  /** Deletes a key made with `destroyable: true`, and cancels its open requests. @throws SignError `ERR_KEY_NOT_FOUND` */
  delete(label: string, options?: KeyCallOptions): Promise<void>;
  /** Labels of all keys. */
  list(options?: CallOptions): Promise<readonly string[]>;
}

type Parameters = Pick<CreateKeyRequest, 'algorithm' | 'keySize' | 'curveOid'>;

/** How the API names our key types (§3.1). */
const parameters: Readonly<Record<KeySpec, Parameters>> = {
  'rsa-2048': { algorithm: 'RSA', keySize: 2048 },
  'rsa-3072': { algorithm: 'RSA', keySize: 3072 },
  'rsa-4096': { algorithm: 'RSA', keySize: 4096 },
  'ec-p256': { algorithm: 'EC', curveOid: curveOids['ec-p256'] },
  'ec-p384': { algorithm: 'EC', curveOid: curveOids['ec-p384'] },
  'ec-p521': { algorithm: 'EC', curveOid: curveOids['ec-p521'] },
  ed25519: { algorithm: 'ED', curveOid: curveOids.ed25519 },
  'ml-dsa-44': { algorithm: 'ML-DSA-44' },
  'ml-dsa-65': { algorithm: 'ML-DSA-65' },
  'ml-dsa-87': { algorithm: 'ML-DSA-87' },
};

function createRequest(key: NewTsbKey, options: CreateKeyOptions): CreateKeyRequest {
  const { label, spec, policy } = key;
  if (policy === undefined) throw new SignError('ERR_INVALID_ARGUMENT', 'keys.create needs a policy, or null for a plain key');
  const attributes: TsbAttributes = { decrypt: false, sign: true, unwrap: false, extractable: false, ...key.attributes };
  if (attributes.sign && (attributes.decrypt || attributes.unwrap) && !options.allowSignAndDecrypt)
    throw new SignError(
      'ERR_POLICY_UNSAFE',
      'a key that signs and also decrypts or unwraps needs the option allowSignAndDecrypt',
    );
  if (policy && attributes.extractable) throw new SignError('ERR_POLICY_UNSAFE', 'a key with a policy cannot be extractable');
  if (policy) assertPolicySafe(policy, options.allowUnprotectedModify ?? false);
  const named = parameters[spec] ?? unknownSpec();
  const password = toCharArray(key.password);
  return { label, ...named, attributes, ...(password && { password }), ...(policy && { policy }) };
}

function unknownSpec(): never {
  throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'unknown key spec');
}

export function keyCalls(call: CallEndpoint): TsbKeys {
  const named = (label: string, given: KeyCallOptions, where: string) => {
    checkObject(`options of ${where}`, given);
    const { password, ...options } = given;
    checkCallOptions(where, options);
    const chars = toCharArray(password);
    return [{ label, ...(chars && { password: chars }) }, options] as const;
  };
  return {
    create: async (key, options = {}) => {
      checkObject('key of keys.create', key);
      checkObject('options of keys.create', options);
      const { allowUnprotectedModify, allowSignAndDecrypt, ...rest } = options;
      checkCallOptions('keys.create', rest);
      return call(endpoints.createKey, createRequest(key, { allowUnprotectedModify, allowSignAndDecrypt }), rest);
    },
    attributes: async (label, options = {}) => call(endpoints.keyAttributes, ...named(label, options, 'keys.attributes')),
    delete: async (label, options = {}) => {
      await call(endpoints.deleteKey, ...named(label, options, 'keys.delete'));
    },
    list: async (options = {}) => {
      checkCallOptions('keys.list', options);
      return call(endpoints.listKeys, undefined, options);
    },
  };
}
