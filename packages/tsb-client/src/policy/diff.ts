import type { ModifyPolicy, PolicyRule, PolicyToken } from '../api/policy.js';
import type { PolicyChange, PolicyDirection } from './change.js';
import { type Change, nameKey, tokenChanges } from './diff-token.js';
import { pairs } from './pairs.js';
import { type PolicyRuleName, ruleNames } from './rule-names.js';
import { strengthOf } from './strength.js';
import { verbs } from './weaknesses.js';
import { tokenText } from './words.js';

/** The differences between two policies. */
export interface PolicyDiff {
  /** In the order of the rules; empty when both mean the same. */
  readonly changes: readonly PolicyChange[];
  /** What all changes of a rule together do: by their directions when they agree, else by how many people it takes. */
  readonly directions: Readonly<Record<PolicyRuleName, PolicyDirection | 'same'>>;
}

/** `null` is one token that asks nobody (`tsb-rest-api.md` §4.2), which is also how a modify challenge writes it. */
const always: PolicyToken = { timelock: 0, timeout: 0, groups: [] };
const tokensOf = (rule: PolicyRule | null | undefined): readonly PolicyToken[] => (rule ? (rule.tokens ?? []) : [always]);

function ruleChanges(rule: PolicyRuleName, before: readonly PolicyToken[], after: readonly PolicyToken[]): PolicyChange[] {
  const { matched, old, next, take } = pairs(before, after, nameKey);
  take((a, b) => (a[0].groups ?? []).length > 0 === (b[0].groups ?? []).length > 0);
  const changes = [
    ...matched.flatMap(([[was], [is, at]]) => tokenChanges(`${rule}.tokens[${at}]`, was, is)),
    ...old.map(
      ([was, at]): Change => ({
        kind: 'token-removed',
        path: `${rule}.tokens[${at}]`,
        direction: 'stronger',
        text: `no longer enough: ${tokenText(was)}`,
      }),
    ),
    ...next.map(
      ([is, at]): Change => ({
        kind: 'token-added',
        path: `${rule}.tokens[${at}]`,
        direction: 'weaker',
        text: `also enough: ${tokenText(is)}`,
      }),
    ),
  ];
  return changes.map((change) => ({ rule, ...change, text: `To ${verbs[rule]}: ${change.text}` }));
}

function together(
  changes: readonly PolicyChange[],
  before: PolicyRule | null,
  after: PolicyRule | null,
): PolicyDirection | 'same' {
  if (changes.length === 0) return 'same';
  const directions = new Set(changes.map(({ direction }) => direction));
  directions.delete('other');
  const [only, mixed] = directions;
  if (only === undefined) return 'other';
  if (mixed === undefined) return only;
  const [was, is] = [strengthOf(before), strengthOf(after)];
  if (is.least > was.most) return 'stronger';
  return is.most < was.least ? 'weaker' : 'other';
}

/**
 * What a change of rules changes. Ways and groups are compared by their names where these are unique, else in order; people by their
 * keys. A rule that asks nobody is the same whether it is `null` or a token without groups.
 */
export function diffPolicies(before: ModifyPolicy, after: ModifyPolicy): PolicyDiff {
  const all = ruleNames.map((rule) => {
    const [was, is] = [before[rule] ?? null, after[rule] ?? null];
    const changes = ruleChanges(rule, tokensOf(was), tokensOf(is));
    return { rule, changes, direction: together(changes, was, is) };
  });
  const directionOf = (name: PolicyRuleName) => all.find(({ rule }) => rule === name)?.direction ?? 'same';
  return {
    changes: all.flatMap(({ changes }) => changes),
    directions: {
      ruleUse: directionOf('ruleUse'),
      ruleBlock: directionOf('ruleBlock'),
      ruleUnblock: directionOf('ruleUnblock'),
      ruleModify: directionOf('ruleModify'),
    },
  };
}
