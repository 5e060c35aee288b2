import { type PolicyPurpose, useNoun, usualPurpose } from './purposes.js';
import type { BoundRequirement, Finding, World } from './requirement.js';
import type { BoundRule } from './signing-policy.js';
import type { SigningSubject } from './subject.js';

/** What one requirement of one rule came to. */
export interface RequirementResult {
  /** For example `maxValidity`. */
  readonly requirement: string;
  /** In the document, for example `rules[0].require.maxValidity`. */
  readonly path: string;
  /** `unknown`: what it is about is not known, which refuses. */
  readonly status: 'satisfied' | 'unsatisfied' | 'unknown';
  /** What would satisfy it, one sentence; absent when it is satisfied. */
  readonly reason?: string;
}

/** What one rule came to. */
export interface RuleResult {
  readonly rule: string;
  /** In the document, from 0. */
  readonly index: number;
  /** `not-applicable`: the rule is about something else. */
  readonly status: 'satisfied' | 'refused' | 'not-applicable';
  /** Results of `when`, as far as they were looked at; of a rule about other purposes that alone. */
  readonly conditions: readonly RequirementResult[];
  /** Results of `require`; empty unless the rule is about the signature. */
  readonly requirements: readonly RequirementResult[];
}

/** The verdict. Compare `verdict`: a result is an object and never falsy. */
export type PolicyResult = { readonly rules: readonly RuleResult[] } & (
  | { readonly verdict: 'allowed' }
  | {
      readonly verdict: 'refused';
      /** Name of the first rule that refuses; absent when no rule is about the signature. */
      readonly rule?: string;
      /** Of that rule in the document, from 0. */
      readonly index?: number;
      /** What of that rule refuses: its first requirement that is not satisfied, or its condition that nobody can judge. */
      readonly requirement?: string;
      readonly path?: string;
      /** One sentence: what would satisfy it. */
      readonly reason: string;
    }
);

/** How much is judged: everything, or until it is clear that there is a refusal. */
type Effort = 'all' | 'first';

async function judgeOne(one: BoundRequirement, subject: SigningSubject, world: World): Promise<RequirementResult> {
  world.call.signal?.throwIfAborted();
  const finding: Finding = await one.judge(subject, world);
  return { requirement: one.name, path: one.path, ...finding };
}

async function judgeAll(list: readonly BoundRequirement[], subject: SigningSubject, world: World, effort: Effort) {
  const results: RequirementResult[] = [];
  for (const one of list) {
    const result = await judgeOne(one, subject, world);
    results.push(result);
    if (effort === 'first' && result.status !== 'satisfied') break;
  }
  return results;
}

interface Applied {
  readonly rule: BoundRule;
  readonly index: number;
  readonly conditions: readonly RequirementResult[];
  readonly applies: 'yes' | 'no' | 'unknown';
}

const otherPurpose = ({ purposes }: BoundRule, index: number, purpose: PolicyPurpose): RequirementResult => ({
  requirement: 'purposes',
  path: `rules[${index}].purposes`,
  status: 'unsatisfied',
  reason: `the purpose is ${purpose}; the rule is about ${purposes.join(', ')}`,
});

async function apply(rule: BoundRule, index: number, subject: SigningSubject, world: World): Promise<Applied> {
  const { purpose = usualPurpose } = subject;
  if (!rule.purposes.includes(purpose)) return { rule, index, conditions: [otherPurpose(rule, index, purpose)], applies: 'no' };
  const conditions = await judgeAll(rule.when, subject, world, 'all');
  const states = conditions.map(({ status }) => status);
  return {
    rule,
    index,
    conditions,
    applies: states.includes('unsatisfied') ? 'no' : states.includes('unknown') ? 'unknown' : 'yes',
  };
}

/** Judges what costs nothing in all rules before anybody is asked anything. */
async function judgeRules(
  applied: readonly Applied[],
  subject: SigningSubject,
  world: World,
  effort: Effort,
): Promise<RuleResult[]> {
  const found = applied.map((): RequirementResult[] => []);
  let refused = applied.some(({ applies }) => applies === 'unknown');
  for (const asks of [false, true])
    for (const [index, { rule, applies }] of applied.entries()) {
      if (applies !== 'yes' || (refused && effort === 'first')) continue;
      const results = await judgeAll(
        rule.require.filter((one) => one.asks === asks),
        subject,
        world,
        effort,
      );
      found[index]?.push(...results);
      refused ||= results.some(({ status }) => status !== 'satisfied');
    }
  return applied.map(({ rule, index, conditions, applies }) => {
    const requirements = found[index] ?? [];
    const bad = applies === 'unknown' || requirements.some(({ status }) => status !== 'satisfied');
    return {
      rule: rule.name,
      index,
      status: applies === 'no' ? 'not-applicable' : bad ? 'refused' : 'satisfied',
      conditions,
      requirements,
    };
  });
}

/** Every rule that is about the signature has to be satisfied, and there has to be one. */
export async function judgePolicy(
  rules: readonly BoundRule[],
  subject: SigningSubject,
  world: World,
  effort: Effort,
): Promise<PolicyResult> {
  if (subject.contradiction !== undefined) return { verdict: 'refused', reason: subject.contradiction, rules: [] };
  const applied: Applied[] = [];
  for (const [index, rule] of rules.entries()) applied.push(await apply(rule, index, subject, world));
  const results = await judgeRules(applied, subject, world, effort);
  const bad = results.find(({ status }) => status === 'refused');
  if (bad) return { verdict: 'refused', ...refusal(bad), rules: results };
  if (results.some(({ status }) => status === 'satisfied')) return { verdict: 'allowed', rules: results };
  const { purpose = usualPurpose } = subject;
  if (rules.length === 0) return { verdict: 'refused', reason: 'the policy has no rule, which allows nothing', rules: results };
  const isNamed = rules.some(({ purposes }) => purposes.includes(purpose));
  return { verdict: 'refused', reason: isNamed ? nothingApplies(results, purpose) : noRuleFor(purpose), rules: results };
}

function refusal({ rule, index, conditions, requirements }: RuleResult) {
  const failed = requirements.find(({ status }) => status !== 'satisfied');
  const doubtful = conditions.find(({ status }) => status === 'unknown');
  const { requirement, path, reason = '' } = failed ?? doubtful ?? { requirement: '', path: '' };
  return { rule, index, requirement, path, reason: failed ? reason : `nobody can tell whether the rule applies: ${reason}` };
}

/** A policy that is silent about a purpose has not thought of it: that allows nothing, and says what to write. */
const noRuleFor = (purpose: PolicyPurpose): string =>
  `no rule is about a ${useNoun(purpose)}, so nothing allows it: a rule that is says purposes: [${purpose}]`;

function nothingApplies(results: readonly RuleResult[], purpose: PolicyPurpose): string {
  const why = results.flatMap(({ rule, conditions }) =>
    conditions.flatMap(({ status, reason }) => (status === 'unsatisfied' ? [`${rule}: ${reason}`] : [])),
  );
  return `no rule is about this ${useNoun(purpose)}, so nothing allows it (${why.slice(0, 3).join('; ')})`;
}
