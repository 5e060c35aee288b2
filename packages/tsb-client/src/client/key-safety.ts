import { SignError } from '@securosys/core';
import { type SymmetricKeyAlgorithm, symmetricKeyAlgorithms } from '../api/algorithms.js';
import type { TsbAttributes } from '../api/keys.js';
import type { Policy } from '../api/policy.js';
import { assertPolicySafe, type PolicyExceptions } from '../policy/safety.js';

/** Exceptions from the safety rules for one new key. */
export interface KeySafetyOptions extends PolicyExceptions {
  /** Allows a key that both signs and decrypts (S4). */
  allowSignAndDecrypt?: boolean;
}

export const isSymmetric = (algorithm: string | undefined): boolean =>
  symmetricKeyAlgorithms.includes(algorithm as SymmetricKeyAlgorithm);

/** What a key may do unless its maker says otherwise: one thing, and never leave the HSM (S4). */
export function usualAttributes(algorithm: string | undefined): TsbAttributes {
  const encrypts = isSymmetric(algorithm) && algorithm !== 'HMACSHA256';
  return { decrypt: encrypts, sign: !encrypts, unwrap: false, extractable: false };
}

/** @throws SignError `ERR_POLICY_UNSAFE` for a key that signs and also decrypts or unwraps, unless that is allowed (S4) */
export function assertOnePurpose(
  { sign, decrypt, unwrap }: Partial<TsbAttributes>,
  { allowSignAndDecrypt }: KeySafetyOptions,
): void {
  if (!sign || !(decrypt || unwrap) || allowSignAndDecrypt) return;
  throw new SignError('ERR_POLICY_UNSAFE', 'a key that signs and also decrypts or unwraps needs the option allowSignAndDecrypt');
}

/**
 * What every new key is checked for, however it comes to be: made, taken in or unwrapped.
 * @throws SignError `ERR_POLICY_UNSAFE` (S4, S5, S6), `ERR_INVALID_ARGUMENT` when nobody decided on a policy (S8)
 */
export function assertKeySafe(
  where: string,
  attributes: TsbAttributes,
  policy: Policy | null | undefined,
  options: KeySafetyOptions,
): void {
  if (policy === undefined) throw new SignError('ERR_INVALID_ARGUMENT', `${where} needs a policy, or null for a plain key`);
  assertOnePurpose(attributes, options);
  if (policy === null) return;
  if (attributes.extractable) throw new SignError('ERR_POLICY_UNSAFE', 'a key with a policy cannot be extractable');
  const { allowUnprotectedModify = false, allowEndlessApprovals = false } = options;
  const usage = attributes.decrypt || attributes.unwrap ? 'decrypt' : 'sign';
  assertPolicySafe(policy, { allowUnprotectedModify, allowEndlessApprovals, usage });
}
