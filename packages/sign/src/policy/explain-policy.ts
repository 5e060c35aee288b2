import { rulesOf, type SigningPolicy } from './signing-policy.js';

/**
 * The policy in words, one sentence each: what every rule is about and what it demands.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function explainSigningPolicy(policy: SigningPolicy): string[] {
  const rules = rulesOf(policy).flatMap(({ name, when, require }) => {
    const about = when.length === 0 ? 'for every signature' : `when ${when.map(({ explanation }) => explanation).join(', and ')}`;
    const demands = require.map(({ explanation }) => `  - ${explanation}`);
    return [`Rule '${name}', ${about}, demands${demands.length === 0 ? ' nothing.' : ':'}`, ...demands];
  });
  return [...rules, 'A signature that no rule is about is refused, and so is one that a rule cannot judge.'];
}
