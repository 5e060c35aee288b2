import { invalidArgument, knownOptions, SignError } from '@securosys/core';
import type { ModifyPolicy, Policy, PolicyApproval, PolicyRule } from '../api/policy.js';
import { approverName } from './approver-facts.js';
import { type PolicyProblem, ruleProblems } from './check-rule.js';
import { approverIdentity } from './identity.js';
import { appearance } from './names.js';
import { mayBeWeaker, ruleStrength } from './strength.js';

/** What a policy is for, and exceptions from the safety rules for one policy. */
export interface CheckPolicyOptions {
  /** What the key is for. Approvals of decryption never live for ever (S5). Default `sign`. */
  readonly usage?: 'sign' | 'decrypt';
  /** Allows rules for modify and unblock that fewer people can fulfil than the one for use (S6). */
  readonly allowUnprotectedModify?: boolean;
}

/** The rules of a policy, in the order in which they are shown. */
export const ruleNames = ['ruleUse', 'ruleBlock', 'ruleUnblock', 'ruleModify'] as const;
/** One of the four rules of a policy. */
export type PolicyRuleName = (typeof ruleNames)[number];

interface Place {
  readonly path: string;
  readonly approval: PolicyApproval;
}

function places(policy: ModifyPolicy): Place[] {
  return ruleNames.flatMap((name) =>
    (policy[name]?.tokens ?? []).flatMap((token, t) =>
      (token.groups ?? []).flatMap((group, g) =>
        group.approvals.map((approval, a) => ({ path: `${name}.tokens[${t}].groups[${g}].approvals[${a}]`, approval })),
      ),
    ),
  );
}

/** Two people whose names cannot be told apart: whoever approves or reads the policy would take one for the other. */
function lookalikeProblems(policy: ModifyPolicy): PolicyProblem[] {
  const known = new Map<string, { readonly path: string; readonly identity: string }>();
  return places(policy).flatMap(({ path, approval }) => {
    const name = approverName(approval);
    if (name === undefined) return [];
    const look = appearance(name);
    const identity = approverIdentity(approval);
    const before = known.get(look);
    if (!before) known.set(look, { path, identity });
    if (!before || before.identity === identity) return [];
    const message = `another approver has the same name, or one that looks like it: ${before.path}`;
    return [{ code: 'ERR_INVALID_ARGUMENT', path: `${path}.name`, message } as const];
  });
}

const unsafe = (path: string, message: string): PolicyProblem => ({ code: 'ERR_POLICY_UNSAFE', path, message });

function endless(name: PolicyRuleName, rule: PolicyRule | null, what: string): PolicyProblem[] {
  return (rule?.tokens ?? []).flatMap(({ timeout }, at) =>
    timeout === 0 ? [unsafe(`${name}.tokens[${at}].timeout`, `approvals to ${what} must expire: give them a time-out`)] : [],
  );
}

function safetyProblems(policy: ModifyPolicy, options: CheckPolicyOptions): PolicyProblem[] {
  const { ruleUse, ruleModify, ruleUnblock } = policy;
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
  const unusable = ruleUse !== null && ruleStrength(ruleUse) === Number.POSITIVE_INFINITY;
  return [
    ...(unusable ? [unsafe('ruleUse', 'nobody could ever use this key')] : []),
    ...weaker,
    ...endless('ruleModify', ruleModify, 'modify the key'),
    ...endless('ruleUnblock', ruleUnblock, 'unblock the key'),
    ...(options.usage === 'decrypt' ? endless('ruleUse', ruleUse, 'decrypt') : []),
  ];
}

function statusProblems(policy: ModifyPolicy & Partial<Policy>): PolicyProblem[] {
  if (policy.keyStatus?.blocked !== true || ruleStrength(policy.ruleUnblock) < Number.POSITIVE_INFINITY) return [];
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
