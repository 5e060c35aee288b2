import type { ReportedPolicy } from '@securosys/tsb-client/api';
import type { MaybeRule, Rules } from './model.js';

type WireRule = ReportedPolicy['ruleUse'];

function wireRule(rule: MaybeRule): WireRule {
  if (rule === null) return null;
  return {
    tokens: rule.tokens.map(({ name, timelock, timeout, groups }) => ({
      name,
      timelock,
      timeout,
      groups: groups.map((group) => ({
        name: group.name,
        quorum: group.quorum,
        approvals: group.approvers.map(({ type, name, value }) => ({ type, name, value })),
      })),
    })),
  };
}

/** The four rules as answers and modify challenges show them (`tsb-rest-api.md` §4.1). */
export function wireRules(rules: Rules): Omit<ReportedPolicy, 'keyStatus'> {
  return {
    ruleUse: wireRule(rules.ruleUse),
    ruleBlock: wireRule(rules.ruleBlock),
    ruleUnblock: wireRule(rules.ruleUnblock),
    ruleModify: wireRule(rules.ruleModify),
  };
}

/** A key's policy as its attributes report it. */
export function wirePolicy(rules: Rules, blocked: boolean): ReportedPolicy {
  return { ...wireRules(rules), keyStatus: { blocked } };
}
