import { isJsonObject, type JsonValue, knownOptions, SignError } from '@securosys/core';
import type { ModifyPolicy } from '../api/policy.js';
import { endlessProblems, policyMistakes, refuseProblems } from './check.js';
import { ruleNames } from './rule-names.js';
import { ruleStrength } from './strength.js';

const lists = (value: unknown, each: (member: Readonly<Record<string, JsonValue>>) => boolean): boolean =>
  Array.isArray(value) && value.every((member: JsonValue) => isJsonObject(member) && each(member));

/** Whether rules can be looked at as what they are said to be. What is not is refused as soon as the wire contract is loaded. */
function isReadable(policy: ModifyPolicy): boolean {
  const absent = (value: unknown) => value === null || value === undefined;
  const groups = (value: unknown) => absent(value) || lists(value, ({ approvals }) => lists(approvals, () => true));
  return ruleNames.every((name) => {
    const rule: unknown = policy[name];
    if (absent(rule)) return true;
    const tokens = (rule as { readonly tokens?: unknown }).tokens;
    return absent(tokens) || lists(tokens, (token) => groups(token.groups));
  });
}

/** Exceptions from the safety rules for a policy that is sent. */
export interface PolicyExceptions {
  /** Allows a policy whose use needs people while its change does not (S6). */
  allowUnprotectedModify?: boolean;
  /** Allows approvals that never expire where repeating them does harm: to modify, to unblock, to decrypt or unwrap (S5). */
  allowEndlessApprovals?: boolean;
}

/** What a policy is for, and exceptions. */
export interface PolicySafetyOptions extends PolicyExceptions {
  /** What the key may do; approvals of decrypting or unwrapping do harm when they are repeated. Default `sign`. */
  usage?: 'sign' | 'decrypt';
}

/**
 * Refuses a policy that holds mistakes, one whose approvals could be repeated for ever to do harm (S5), and one that people must approve
 * to use but that anyone with the API may remove or unblock (S6). Every call that sends a policy does this first.
 * @throws SignError `ERR_POLICY_UNSAFE`; `ERR_INVALID_ARGUMENT` with the place in `details.path`
 */
export function assertPolicySafe(policy: ModifyPolicy, options: PolicySafetyOptions = {}): void {
  knownOptions('assertPolicySafe', options, ['allowUnprotectedModify', 'allowEndlessApprovals', 'usage']);
  const { allowUnprotectedModify = false, allowEndlessApprovals = false, usage = 'sign' } = options;
  if (!isReadable(policy)) return;
  refuseProblems(policyMistakes(policy));
  const [first] = allowEndlessApprovals ? [] : endlessProblems(policy, usage);
  if (first)
    throw new SignError(first.code, `${first.path}: ${first.message}, or set allowEndlessApprovals`, {
      details: { path: first.path },
    });
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
