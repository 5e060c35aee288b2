import { SignError } from '@securosys/core';
import type { ModifyPolicy } from '../api/policy.js';
import { ruleStrength } from './strength.js';

/**
 * Refuses a policy that people must approve to use but that anyone with the API may remove or unblock (S6).
 * @throws SignError `ERR_POLICY_UNSAFE`
 */
export function assertPolicySafe(policy: ModifyPolicy, allowUnprotectedModify: boolean): void {
  if (allowUnprotectedModify || ruleStrength(policy.ruleUse) === 0) return;
  const open = [
    ...(ruleStrength(policy.ruleModify) === 0 ? ['ruleModify'] : []),
    ...(ruleStrength(policy.ruleUnblock) === 0 ? ['ruleUnblock'] : []),
  ];
  if (open.length === 0) return;
  throw new SignError(
    'ERR_POLICY_UNSAFE',
    `use needs approval, but ${open.join(' and ')} can be had by anyone with the management token; state it, or set allowUnprotectedModify`,
    { details: { open } },
  );
}
