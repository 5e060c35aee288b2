import { knownOptions } from '@securosys/core';
import type { ModifyPolicy, PolicyRule, PolicyToken } from '../api/policy.js';
import { approverIdentity } from './identity.js';
import { type PolicyRuleName, ruleNames } from './rule-names.js';
import { countsTwice, mayBeUnusable, mayBeWeaker, ruleStrength } from './strength.js';

/** What can be weak about a policy. */
export type PolicyWeaknessKind =
  /** A rule that asks nobody. */
  | 'anyone'
  /** Fewer people than use takes can replace the rules or lift a block (S6). */
  | 'weaker-than-use'
  /** Approvals without a time-out. */
  | 'never-expires'
  /** Such approvals where repeating them does harm: to unblock, to modify, to decrypt (S5). */
  | 'replayable'
  /** One person is enough. */
  | 'one-person'
  /** Somebody counts in several groups at once, or, as a warning, more than once in one group. */
  | 'same-person'
  /** The time lock ends when the request has expired. */
  | 'window-zero'
  /** Nobody can ever use the key. */
  | 'unusable';

/** One weakness of a policy. */
export interface PolicyWeakness {
  readonly kind: PolicyWeaknessKind;
  readonly rule: PolicyRuleName;
  /** Where: `ruleModify.tokens[0].timeout`. */
  readonly path: string;
  /** In plain words. Holds no text of the policy's author. */
  readonly message: string;
  /** `warning`: rarely meant; `notice`: good to know. */
  readonly severity: 'warning' | 'notice';
}

/** What the rules of a policy are about, as `To …` and `can …` go on. */
export const verbs: Readonly<Record<PolicyRuleName, string>> = {
  ruleUse: 'use the key',
  ruleBlock: 'block the key',
  ruleUnblock: 'unblock the key',
  ruleModify: 'replace these rules',
};

const anyoneText: Readonly<Record<PolicyRuleName, string>> = {
  ruleUse: 'anyone with the API can use the key',
  ruleBlock: 'anyone with the API can block the key',
  ruleUnblock: 'a blocked key can be unblocked by anyone with the API',
  ruleModify: 'anyone with the management token can remove this',
};

const replayed: Readonly<Partial<Record<PolicyRuleName, string>>> = {
  ruleUnblock: 'whoever keeps it can unblock the key again and again',
  ruleModify: 'whoever keeps it can bring these rules back later',
};

type Finding = Omit<PolicyWeakness, 'rule'>;

function tokenFindings(name: PolicyRuleName, path: string, token: PolicyToken, use: 'sign' | 'decrypt'): Finding[] {
  const groups = token.groups ?? [];
  const findings: Finding[] = [];
  const harm =
    replayed[name] ?? (name === 'ruleUse' && use === 'decrypt' ? 'whoever keeps it can decrypt again and again' : undefined);
  if (groups.length > 0 && token.timeout === 0)
    findings.push({
      kind: harm === undefined ? 'never-expires' : 'replayable',
      path: `${path}.timeout`,
      message: `an approval to ${verbs[name]} never expires${harm === undefined ? '' : `: ${harm}`}`,
      severity: 'warning',
    });
  if (token.timeout !== 0 && token.timelock >= token.timeout)
    findings.push({
      kind: 'window-zero',
      path: `${path}.timelock`,
      message: `the time to ${verbs[name]} is over before it begins`,
      severity: 'warning',
    });
  const people = groups.flatMap((group) => [...new Set(group.approvals.map(approverIdentity))]);
  if (countsTwice({ tokens: [token] }))
    findings.push({
      kind: 'same-person',
      path: `${path}.groups`,
      message: `one key is listed more than once in a group, to ${verbs[name]}: one person may count as several`,
      severity: 'warning',
    });
  if (new Set(people).size < people.length)
    findings.push({
      kind: 'same-person',
      path: `${path}.groups`,
      message: `somebody counts in several groups at once, to ${verbs[name]}`,
      severity: 'notice',
    });
  return findings;
}

function ruleFindings(name: PolicyRuleName, rule: PolicyRule | null, use: 'sign' | 'decrypt'): Finding[] {
  const strength = ruleStrength(rule);
  const findings = (rule?.tokens ?? []).flatMap((token, at) => tokenFindings(name, `${name}.tokens[${at}]`, token, use));
  if (strength === 0)
    findings.push({
      kind: 'anyone',
      path: name,
      message: anyoneText[name],
      severity: name === 'ruleBlock' ? 'notice' : 'warning',
    });
  if (strength === 1 && name !== 'ruleBlock')
    findings.push({ kind: 'one-person', path: name, message: `one person alone can ${verbs[name]}`, severity: 'notice' });
  if (name === 'ruleUse' && mayBeUnusable(rule))
    findings.push({
      kind: 'unusable',
      path: name,
      message:
        strength === Number.POSITIVE_INFINITY ? 'nobody can ever use the key' : 'it may be that nobody can ever use the key',
      severity: 'warning',
    });
  return findings;
}

/**
 * What is weak about a policy that a TSB would accept: people decide whether it is meant. A builder of ours
 * refuses most of it; other programs do not.
 * @param options.use what the key is for, which decides whether an approval that never expires can be used again. Default `sign`
 */
export function policyWeaknesses(policy: ModifyPolicy, options: { readonly use?: 'sign' | 'decrypt' } = {}): PolicyWeakness[] {
  knownOptions('policyWeaknesses', options, ['use']);
  const { use = 'sign' } = options;
  const found = ruleNames.flatMap((rule) =>
    ruleFindings(rule, policy[rule] ?? null, use).map((finding) => ({ rule, ...finding })),
  );
  const weaker = (['ruleModify', 'ruleUnblock'] as const)
    .filter((rule) => ruleStrength(policy[rule]) > 0 && mayBeWeaker(policy[rule], policy.ruleUse))
    .map((rule) => {
      const message = `fewer people can ${verbs[rule]} than use it`;
      return { rule, kind: 'weaker-than-use', path: rule, message, severity: 'warning' } as const;
    });
  return [...found, ...weaker];
}
