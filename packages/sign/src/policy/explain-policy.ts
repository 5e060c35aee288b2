import { type PolicyPurpose, policyPurposes, useNoun } from './purposes.js';
import { oneOf } from './requirements/lists.js';
import { type BoundRule, rulesOf, type SigningPolicy } from './signing-policy.js';

const usesOf = (about: readonly PolicyPurpose[]): string => about.map((purpose) => `every ${useNoun(purpose)}`).join(' and ');

function aboutOf({ purposes: about, when }: BoundRule): string {
  const held = when.map(({ explanation }) => explanation).join(', and ');
  const isUsual = about.length === 1 && about[0] === 'sign';
  if (when.length === 0) return `for ${usesOf(about)}`;
  return isUsual ? `when ${held}` : `for ${usesOf(about)}, when ${held}`;
}

/**
 * The policy in words, one sentence each: what every rule is about and what it demands.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function explainSigningPolicy(policy: SigningPolicy): string[] {
  const bound = rulesOf(policy);
  const rules = bound.flatMap((rule) => {
    const demands = rule.require.map(({ explanation }) => `  - ${explanation}`);
    return [`Rule '${rule.name}', ${aboutOf(rule)}, demands${demands.length === 0 ? ' nothing.' : ':'}`, ...demands];
  });
  const silent = policyPurposes.filter((purpose) => !bound.some((rule) => rule.purposes.includes(purpose)));
  return [
    ...rules,
    'A signature that no rule is about is refused, and so is one that a rule cannot judge.',
    ...(silent.length > 0 ? [`No rule is about a ${oneOf(silent.map(useNoun))}: these are refused, too.`] : []),
  ];
}
