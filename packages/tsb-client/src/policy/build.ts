import { invalidArgument, knownOptions } from '@securosys/core';
import type { ModifyPolicy, Policy, PolicyRule } from '../api/policy.js';
import { assertPolicyValid, type CheckPolicyOptions } from './check.js';
import { ruleProblems } from './check-rule.js';
import { approvalOf, type PolicyApprover } from './people.js';

/** Time window and name of a quorum. */
export interface QuorumOptions {
  /** Seconds a request stays approvable; whole minutes; 0 means for ever. */
  readonly timeoutSeconds: number;
  /** Seconds before an approved request is executed; whole minutes. Default 0. */
  readonly timelockSeconds?: number;
  readonly name?: string;
}

/**
 * A rule that `count` of these people can fulfil together: `atLeast(count).of(…)` for programs that have lists and numbers.
 * @throws SignError `ERR_INVALID_ARGUMENT` for a count that the people cannot reach, somebody named twice (also once by
 * public key and once by certificate), keys that cannot approve, times that are not whole
 * minutes, or a time lock that ends when the timeout does
 */
export function quorum(count: number, approvers: readonly PolicyApprover[], options: QuorumOptions): PolicyRule {
  knownOptions('quorum', options, ['timeoutSeconds', 'timelockSeconds', 'name']);
  const { name = 'approval', timeoutSeconds: timeout, timelockSeconds: timelock = 0 } = options;
  const groups = [{ name, quorum: count, approvals: approvers.map(approvalOf) }];
  const rule = { tokens: [{ name, timelock, timeout, groups }] };
  const [problem] = ruleProblems('rule', rule);
  if (problem) invalidArgument(`${problem.path}: ${problem.message}`);
  return rule;
}

/** Any one of these rules is enough. */
export function anyOf(...rules: readonly PolicyRule[]): PolicyRule {
  return { tokens: rules.flatMap(({ tokens }) => tokens ?? []) };
}

/** A rule that nobody can ever fulfil. */
export function never(): PolicyRule {
  return { tokens: [] };
}

/** The four rules of a key. `null` lets anyone with the API do it. */
export interface PolicyRules {
  readonly use: PolicyRule | null;
  /** Who may replace these rules. Default: as `use`. */
  readonly modify?: PolicyRule | null;
  /** Who may lift a block. Default: as `use`. */
  readonly unblock?: PolicyRule | null;
  /** Who may block the key. Default: as `use`. */
  readonly block?: PolicyRule | null;
  /** What the key is for. Approvals of decryption never live for ever (S5). Default `sign`. */
  readonly usage?: 'sign' | 'decrypt';
  /** Makes the key blocked: it works once its unblock rule was fulfilled. Only for new keys. Default `false`. */
  readonly blocked?: boolean;
}

/** Exceptions from the safety rules for one policy (S6). */
export interface BuildPolicyOptions {
  /** Allows rules for modify and unblock that fewer people can fulfil than the one for use. */
  readonly allowUnprotectedModify?: boolean;
}

const members = ['use', 'modify', 'unblock', 'block', 'usage', 'blocked'];

/** A rule without the methods of the sentence that made it. */
const plain = (rule: PolicyRule | null): PolicyRule | null => rule && { tokens: rule.tokens };

function rulesOf({ use, modify = use, unblock = use, block = use }: PolicyRules): ModifyPolicy {
  return { ruleUse: plain(use), ruleBlock: plain(block), ruleUnblock: plain(unblock), ruleModify: plain(modify) };
}

function checkOptions(rules: PolicyRules, options: BuildPolicyOptions): CheckPolicyOptions {
  knownOptions('rules of a policy', rules, members);
  knownOptions('buildPolicy', options, ['allowUnprotectedModify']);
  if (rules.use === undefined) invalidArgument('a policy needs a rule for use, or null');
  return { ...options, ...(rules.usage && { usage: rules.usage }) };
}

/**
 * The policy of a new key. It protects itself: changing it and lifting a block take at least as many people as using the key
 * (S6), and their approvals expire (S5). All of it is checked, as {@link policyProblems} says.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_POLICY_UNSAFE`, with the place in `details.path`
 *
 * @example
 * ```ts
 * import { atLeast, buildPolicy, explainPolicy, type PolicyApprover } from '@securosys/tsb-client';
 * declare const ciso: PolicyApprover, devLead: PolicyApprover, product: PolicyApprover;
 *
 * const policy = buildPolicy({
 *   use: atLeast(2).of(ciso, devLead, product).within('1h').after('10m'),
 *   modify: atLeast(3).of(ciso, devLead, product).within('1d'),
 *   block: atLeast(1).of(ciso, devLead, product).within('1h'),
 *   unblock: atLeast(2).of(ciso, devLead, product).within('1d'),
 * });
 * console.log(explainPolicy(policy).join('\n'));
 * ```
 */
export function buildPolicy(rules: PolicyRules, options: BuildPolicyOptions = {}): Policy {
  const check = checkOptions(rules, options);
  const policy = { ...rulesOf(rules), keyStatus: { blocked: rules.blocked ?? false } };
  assertPolicyValid(policy, check);
  return policy;
}

/**
 * The four rules that replace those of a key: {@link buildPolicy} without the key's state, which a modify call does not take.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_POLICY_UNSAFE`, with the place in `details.path`
 */
export function buildModifyPolicy(rules: Omit<PolicyRules, 'blocked'>, options: BuildPolicyOptions = {}): ModifyPolicy {
  const check = checkOptions(rules, options);
  if ('blocked' in rules) invalidArgument('a change of rules does not touch the state of the key: block and unblock do');
  const policy = rulesOf(rules);
  assertPolicyValid(policy, check);
  return policy;
}
