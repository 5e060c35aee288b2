import { invalidArgument, knownOptions, SignError } from '@securosys/core';
import type { ModifyPolicy, Policy, PolicyRule } from '../api/policy.js';
import { type PolicyProblem, ruleProblems } from './check-rule.js';
import { lookalikeProblems } from './look-alike.js';
import { type PolicyRuleName, ruleNames } from './rule-names.js';
import { mayBeUnusable, mayBeWeaker } from './strength.js';

/** What a policy is for, and exceptions from the safety rules for one policy. */
export interface CheckPolicyOptions {
  /** What the key is for. Approvals of decryption never live for ever (S5). Default `sign`. */
  readonly usage?: 'sign' | 'decrypt';
  /** Allows rules for modify and unblock that fewer people can fulfil than the one for use (S6). */
  readonly allowUnprotectedModify?: boolean;
}

const unsafe = (path: string, message: string): PolicyProblem => ({ code: 'ERR_POLICY_UNSAFE', path, message });

function endless(name: PolicyRuleName, rule: PolicyRule | null, what: string): PolicyProblem[] {
  return (rule?.tokens ?? []).flatMap(({ timeout, groups }, at) =>
    timeout === 0 && (groups ?? []).length > 0
      ? [unsafe(`${name}.tokens[${at}].timeout`, `approvals to ${what} must expire: give them a time-out`)]
      : [],
  );
}

/** Approvals that never expire where repeating them does harm (S5). */
export function endlessProblems({ ruleUse, ruleModify, ruleUnblock }: ModifyPolicy, usage: 'sign' | 'decrypt'): PolicyProblem[] {
  return [
    ...endless('ruleModify', ruleModify, 'modify the key'),
    ...endless('ruleUnblock', ruleUnblock, 'unblock the key'),
    ...(usage === 'decrypt' ? endless('ruleUse', ruleUse, 'decrypt') : []),
  ];
}

function safetyProblems(policy: ModifyPolicy, options: CheckPolicyOptions): PolicyProblem[] {
  const { ruleUse } = policy;
  const weaker = (
    [
      ['ruleModify', 'modify'],
      ['ruleUnblock', 'unblock'],
    ] as const
  ).flatMap(([name, verb]) =>
    !options.allowUnprotectedModify && mayBeWeaker(policy[name], ruleUse)
      ? [unsafe(name, `fewer people could ${verb} the key than use it; that needs allowUnprotectedModify`)]
      : [],
  );
  const unusable = mayBeUnusable(ruleUse);
  return [
    ...(unusable ? [unsafe('ruleUse', 'nobody could ever use this key')] : []),
    ...weaker,
    ...endlessProblems(policy, options.usage ?? 'sign'),
  ];
}

function statusProblems(policy: ModifyPolicy & Partial<Policy>): PolicyProblem[] {
  if (policy.keyStatus?.blocked !== true || !mayBeUnusable(policy.ruleUnblock)) return [];
  return [{ code: 'ERR_INVALID_ARGUMENT', path: 'keyStatus.blocked', message: 'nobody could ever unblock this key' }];
}

/** What is wrong with a policy whatever it is for: a TSB would refuse it, or nobody can mean it. */
export function policyMistakes(policy: ModifyPolicy | Policy): PolicyProblem[] {
  return [
    ...ruleNames.flatMap((name) => ruleProblems(name, policy[name])),
    ...lookalikeProblems(policy),
    ...statusProblems(policy),
  ];
}

/** Throws the first of the problems, and shows all of them in its details. */
export function refuseProblems(problems: readonly PolicyProblem[]): void {
  const [first] = problems;
  if (first) throw new SignError(first.code, `${first.path}: ${first.message}`, { details: { path: first.path, problems } });
}

/**
 * Everything that is wrong with a policy, before a TSB or, worse, an attacker finds it: times that are not whole minutes, quorums
 * that cannot be reached, people named twice or by names that cannot be told apart, keys that cannot approve, windows that never
 * open, and what the safety rules S5 and S6 forbid.
 * @returns an empty list for a policy that {@link assertPolicyValid} accepts
 */
export function policyProblems(policy: ModifyPolicy | Policy, options: CheckPolicyOptions = {}): PolicyProblem[] {
  knownOptions('policyProblems', options, ['usage', 'allowUnprotectedModify']);
  if (typeof policy !== 'object' || policy === null) invalidArgument('a policy is an object with four rules');
  const mistakes = policyMistakes(policy);
  // Strengths of rules that are wrong in themselves mean nothing.
  return mistakes.length > 0 ? mistakes : safetyProblems(policy, options);
}

/**
 * Refuses a policy with {@link policyProblems}.
 * @throws SignError `ERR_INVALID_ARGUMENT` or `ERR_POLICY_UNSAFE`; its `details.path` says where, `details.problems` has all of them
 */
export function assertPolicyValid(policy: ModifyPolicy | Policy, options: CheckPolicyOptions = {}): void {
  refuseProblems(policyProblems(policy, options));
}
