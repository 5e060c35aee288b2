import { base64Text, invalidArgument, SignError } from '@securosys/core';
import type { Policy, PolicyApproval, PolicyRule, PolicyToken } from '../api/policy.js';
import { approverIdentity } from './identity.js';
import { mayBeWeaker, ruleStrength } from './strength.js';

/** Somebody who may approve: by public key, by certificate, or by the name the TSB onboarded them under. */
export type PolicyApprover =
  | { readonly name?: string; readonly spki: Uint8Array }
  | { readonly certificate: Uint8Array }
  | { readonly onboarded: string };

/** Time window and name of a quorum. */
export interface QuorumOptions {
  /** Seconds a request stays approvable; whole minutes; 0 means for ever. */
  readonly timeoutSeconds: number;
  /** Seconds before an approved request is executed; whole minutes. Default 0. */
  readonly timelockSeconds?: number;
  readonly name?: string;
}

function approvalOf(approver: PolicyApprover): PolicyApproval {
  if ('onboarded' in approver) return { type: 'onboarded_approver_certificate', name: approver.onboarded };
  if ('certificate' in approver) return { type: 'certificate', value: base64Text(approver.certificate) };
  const { name, spki } = approver;
  return { type: 'public_key', value: base64Text(spki), ...(name !== undefined && { name }) };
}

function minutes(what: string, seconds: number): number {
  if (!Number.isInteger(seconds) || seconds < 0 || seconds % 60 !== 0)
    invalidArgument(`${what} must be whole minutes, in seconds`);
  return seconds;
}

/**
 * A rule that `count` of these people can fulfil together.
 * @throws SignError `ERR_INVALID_ARGUMENT` for a count that the people cannot reach, somebody named twice (also once by
 * public key and once by certificate), times that are not whole
 * minutes, or a time lock that ends when the timeout does
 */
export function quorum(count: number, approvers: readonly PolicyApprover[], options: QuorumOptions): PolicyRule {
  const approvals = approvers.map(approvalOf);
  const ids = new Set(approvals.map(approverIdentity));
  if (ids.size !== approvals.length) invalidArgument('an approver is named twice');
  if (!Number.isInteger(count) || count < 1 || count > approvals.length)
    invalidArgument(`a quorum of ${count} out of ${approvals.length} approvers is impossible`);
  const timeout = minutes('timeoutSeconds', options.timeoutSeconds);
  const timelock = minutes('timelockSeconds', options.timelockSeconds ?? 0);
  if (timeout !== 0 && timelock >= timeout) invalidArgument('the time lock ends when the request has expired already');
  const { name = 'approval' } = options;
  return { tokens: [{ name, timelock, timeout, groups: [{ name, quorum: count, approvals }] }] };
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
}

/** Exceptions from the safety rules for one policy (S6). */
export interface BuildPolicyOptions {
  /** Allows rules for modify and unblock that fewer people can fulfil than the one for use. */
  readonly allowUnprotectedModify?: boolean;
}

const endless = (rule: PolicyRule | null): boolean => (rule?.tokens ?? []).some((token: PolicyToken) => token.timeout === 0);

/**
 * A policy that protects itself: changing it and lifting a block take at least as many people as using the key (S6), and their
 * approvals expire (S5).
 * @throws SignError `ERR_POLICY_UNSAFE`
 */
export function buildPolicy(rules: PolicyRules, options: BuildPolicyOptions = {}): Policy {
  const { use, modify = use, unblock = use, block = use, usage = 'sign' } = rules;
  if (use !== null && ruleStrength(use) === Number.POSITIVE_INFINITY)
    throw new SignError('ERR_POLICY_UNSAFE', 'nobody could ever use this key');
  for (const [name, rule] of Object.entries({ modify, unblock })) {
    if (!options.allowUnprotectedModify && mayBeWeaker(rule, use))
      throw new SignError(
        'ERR_POLICY_UNSAFE',
        `fewer people could ${name} the key than use it; that needs allowUnprotectedModify`,
      );
    if (endless(rule)) throw new SignError('ERR_POLICY_UNSAFE', `approvals to ${name} the key must expire: set timeoutSeconds`);
  }
  if (usage === 'decrypt' && endless(use))
    throw new SignError('ERR_POLICY_UNSAFE', 'approvals to decrypt must expire: set timeoutSeconds');
  return { ruleUse: use, ruleBlock: block, ruleUnblock: unblock, ruleModify: modify, keyStatus: { blocked: false } };
}
