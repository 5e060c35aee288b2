import type { PolicyGroup, PolicyRule, PolicyToken } from '../api/policy.js';

const idsOf = (group: PolicyGroup): string[] => group.approvals.map(({ type, value, name }) => `${type}:${value ?? name ?? ''}`);

/** Fewest different people who can fulfil a token: groups add up when nobody sits in two of them. */
function tokenStrength(token: PolicyToken): number {
  const groups = token.groups ?? [];
  const ids = groups.flatMap(idsOf);
  const disjoint = new Set(ids).size === ids.length;
  const quorums = groups.map((group) => group.quorum);
  return disjoint ? quorums.reduce((sum, quorum) => sum + quorum, 0) : Math.max(0, ...quorums);
}

/**
 * Fewest people who can fulfil a rule (`tsb-rest-api.md` §4.2): 0 when anyone with the API can (a `null` rule, or a token without
 * groups), `Infinity` when nobody ever can.
 */
export function ruleStrength(rule: PolicyRule | null | undefined): number {
  if (rule === null || rule === undefined) return 0;
  return Math.min(Number.POSITIVE_INFINITY, ...(rule.tokens ?? []).map(tokenStrength));
}
