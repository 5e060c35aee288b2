import { type CallOptions, invalidArgument, type KeySpec, SignError } from '@securosys/core';
import { curveOids, type TsbKeyAlgorithm } from '../api/algorithms.js';
import { toCharArray } from '../api/char-array.js';
import type { CreateKeyRequest, TsbAttributes } from '../api/keys.js';
import type { Policy } from '../api/policy.js';
import { assertKeySafe, isSymmetric, type KeySafetyOptions, usualAttributes } from './key-safety.js';
import { checkRequest } from './wire-values.js';

/** What every new key has, whatever its algorithm. */
export interface NewTsbKeyBase {
  readonly label: string;
  /** Who must approve its use; `null` for a plain key, which can never get a policy. No default: it is a decision (S8). */
  readonly policy: Policy | null;
  readonly password?: string;
  /** PKCS#11 id. */
  readonly id?: string;
  /**
   * Default: may sign, or, for `AES`, `ChaCha20`, `Camellia` and `TDEA`, decrypt; and nothing else; not `destroyable`, so it cannot
   * be deleted either.
   */
  readonly attributes?: Partial<TsbAttributes>;
  /** The cryptocurrency address to be derived from a key with a policy. */
  readonly addressFormat?: CreateKeyRequest['addressFormat'];
}

/** A key of a type that this SDK signs with. */
export interface NewTsbSigningKey extends NewTsbKeyBase {
  readonly spec: KeySpec;
}

/** A key of any type that the HSM has (§3.1). */
export interface NewTsbOtherKey extends NewTsbKeyBase {
  readonly algorithm: TsbKeyAlgorithm;
  /** Bits; for `ISS`, the security level 1 to 3. */
  readonly keySize?: number;
  /** For `EC` and `ED`: one of `tsbCurveOids`, or any other. */
  readonly curveOid?: string;
}

/** A key to be made. */
export type NewTsbKey = NewTsbSigningKey | NewTsbOtherKey;

/** Options of a call that makes a key, with the exceptions from the safety rules. */
export interface CreateKeyOptions extends CallOptions, KeySafetyOptions {}

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

const commonNames = ['label', 'policy', 'password', 'id', 'attributes', 'addressFormat'] as const;

function parametersOf(key: NewTsbKey): Parameters {
  if ('spec' in key) {
    if (!Object.hasOwn(parameters, key.spec)) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'unknown key spec');
    return parameters[key.spec];
  }
  const { algorithm, keySize, curveOid } = key;
  if (algorithm === undefined) invalidArgument('keys.create needs a spec or an algorithm');
  return { algorithm, ...(keySize !== undefined && { keySize }), ...(curveOid !== undefined && { curveOid }) };
}

/** The body of a key creation. @throws SignError `ERR_POLICY_UNSAFE`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_INVALID_ARGUMENT` */
export function createRequest(key: NewTsbKey, options: KeySafetyOptions): CreateKeyRequest {
  const own = 'spec' in key ? ['spec'] : ['algorithm', 'keySize', 'curveOid'];
  checkRequest('keys.create', key, [...commonNames, ...own]);
  const { label, policy, id, addressFormat } = key;
  const named = parametersOf(key);
  const attributes: TsbAttributes = { ...usualAttributes(named.algorithm), ...key.attributes };
  assertKeySafe('keys.create', attributes, policy, options);
  if (policy && isSymmetric(named.algorithm)) invalidArgument('a symmetric key can have no policy');
  const password = toCharArray(key.password);
  return {
    label,
    ...named,
    attributes,
    ...(id !== undefined && { id }),
    ...(addressFormat !== undefined && { addressFormat }),
    ...(password && { password }),
    ...(policy && { policy }),
  };
}
