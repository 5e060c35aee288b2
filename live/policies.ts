import type { Policy, PolicyRule } from '@securosys/tsb-client/api';
import type { LiveApprover } from './world.js';

/** A rule that `quorum` of these people fulfil within an hour. */
export function rule(quorum: number, ...people: readonly LiveApprover[]): PolicyRule {
  const approvals = people.map(({ value }, i) => ({ type: 'public_key' as const, name: `approver ${i + 1}`, value }));
  return { tokens: [{ name: 'token', timelock: 0, timeout: 3600, groups: [{ name: 'group', quorum, approvals }] }] };
}

/** The same people for every rule, so that no key of a run is weaker in its change than in its use. */
export function policyOf(use: PolicyRule): Policy {
  return { ruleUse: use, ruleBlock: use, ruleUnblock: use, ruleModify: use, keyStatus: { blocked: false } };
}
