import type { ModifyPolicy, PolicyRule } from '../api/policy.js';
import { type PolicyRuleName, ruleNames } from './rule-names.js';
import { policyWeaknesses, verbs } from './weaknesses.js';
import { tokenText } from './words.js';

function ruleLines(name: PolicyRuleName, rule: PolicyRule | null): string[] {
  const verb = verbs[name];
  if (rule === null) return [`To ${verb}: anyone with the API, without approval`];
  const tokens = rule.tokens ?? [];
  if (tokens.length === 0) return [`To ${verb}: nobody, ever`];
  return tokens.map((token, i) => `${i === 0 ? 'To' : 'or, to'} ${verb}: ${tokenText(token)}`);
}

/**
 * A policy in plain words, a line a statement, then its weaknesses: `To use the key: 2 of CISO [key …], Dev lead [key …], within 1 hour,
 * not before 10 minutes`. Names are sanitised; they are what the policy's author wrote, so the whole SHA-256 of the SubjectPublicKeyInfo
 * stands beside each of them, in hex.
 * @param options.use what the key is for; see {@link policyWeaknesses}
 */
export function explainPolicy(policy: ModifyPolicy, options: { readonly use?: 'sign' | 'decrypt' } = {}): string[] {
  return [
    ...ruleNames.flatMap((name) => ruleLines(name, policy[name] ?? null)),
    ...policyWeaknesses(policy, options).map(({ severity, message }) => `${severity.toUpperCase()}: ${message}`),
  ];
}
