import { sanitizeText } from '@securosys/core';
import type { ModifyPolicy, PolicyGroup, PolicyRule, PolicyToken } from '../api/policy.js';
import { mayBeWeaker, ruleStrength } from './strength.js';

const verbs = {
  ruleUse: 'use the key',
  ruleBlock: 'block the key',
  ruleUnblock: 'unblock the key',
  ruleModify: 'replace these rules',
} as const;

type RuleName = keyof typeof verbs;

const openWarnings: Partial<Record<RuleName, string>> = {
  ruleModify: 'anyone with the management token can remove this',
  ruleUnblock: 'anyone with the API can lift a block',
};

function duration(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  return seconds % 3600 === 0 ? `${seconds / 3600} h` : `${seconds / 60} min`;
}

function groupText(group: PolicyGroup): string {
  const people = group.approvals.map(({ name, value }) => sanitizeText(name || (value ?? 'somebody without a name'), 80));
  return `${group.quorum} of ${people.length} (${people.join(', ')})`;
}

function tokenText(token: PolicyToken): string {
  const groups = token.groups ?? [];
  const who = groups.length === 0 ? 'anyone with the API' : groups.map(groupText).join(' and ');
  const lock = token.timelock === 0 ? '' : `, not before ${duration(token.timelock)} have passed`;
  const life = token.timeout === 0 ? '; WARNING: an approval never expires' : `, within ${duration(token.timeout)}`;
  return `${who}${lock}${groups.length === 0 && token.timeout === 0 ? '' : life}`;
}

function ruleLines(name: RuleName, rule: PolicyRule | null): string[] {
  const verb = verbs[name];
  const warning = openWarnings[name];
  const warned = warning && ruleStrength(rule) === 0 ? [`WARNING: ${warning}`] : [];
  if (rule === null) return [`To ${verb}: anyone with the API, without approval`, ...warned];
  const tokens = rule.tokens ?? [];
  if (tokens.length === 0) return [`To ${verb}: nobody, ever`];
  return [...tokens.map((token, i) => `${i === 0 ? 'To' : 'or, to'} ${verb}: ${tokenText(token)}`), ...warned];
}

/** A policy in words, one line a statement, warnings included. Names are sanitised; they are what the policy's author wrote. */
export function explainPolicy(policy: ModifyPolicy): string[] {
  const weaker = (['ruleModify', 'ruleUnblock'] as const)
    .filter((name) => ruleStrength(policy[name]) > 0 && mayBeWeaker(policy[name], policy.ruleUse))
    .map((name) => `WARNING: fewer people can ${verbs[name]} than use it`);
  return [...(Object.keys(verbs) as RuleName[]).flatMap((name) => ruleLines(name, policy[name])), ...weaker];
}
