import { type CallOptions, type Clock, invalidArgument, type KeyIntent, knownOptions, systemClock } from '@securosys/core';
import type { CosignTrust } from '@securosys/cosign';
import type { Oci } from '@securosys/oci';
import { judgePolicy, type PolicyResult } from './judge-policy.js';
import { lookupsOf } from './lookups-of.js';
import type { CustomCheck } from './requirement.js';
import { rulesOf, type SigningPolicy } from './signing-policy.js';
import type { SigningSubject } from './subject.js';
import { subjectOfIntent } from './subject-of-intent.js';

/** What rules may ask besides what is known already. Without an answer they refuse. */
export interface PolicyOptions {
  /** Registry access, for `attestations` and `notAlreadySigned`. Absent: no registry is asked. */
  oci?: Oci;
  /** Whose attestations count where the policy names no keys; its `predicateTypes` have to allow them. */
  trust?: CosignTrust;
  /** By the names in `custom` of the policy. */
  custom?: Readonly<Record<string, CustomCheck>>;
  /** For `times` and `maxValidity`. */
  clock?: Clock;
}

/** Options of one evaluation. */
export interface EvaluatePolicyOptions extends PolicyOptions, CallOptions {}

export const policyOptionNames = ['oci', 'trust', 'custom', 'clock'];

/**
 * Judges one signature, or another use of a key, and reports the result of every rule, without doing anything: a dry run. It never throws because a rule refuses.
 * @param about what is known, or an intent, whose facts are then recomputed from its bytes
 *
 * @example
 * ```ts
 * import { evaluatePolicy, signingPolicy } from '@securosys/sign/policy';
 * const policy = signingPolicy({ version: 1, rules: [{ name: 'apps', require: { repositories: ['registry.example/apps/*'] } }] });
 * const result = await evaluatePolicy(policy, { repository: 'registry.example/other/app' });
 * if (result.verdict === 'refused') console.log(`${result.rule}: ${result.reason}`);
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`; `signal.reason` when aborted
 */
export async function evaluatePolicy(
  policy: SigningPolicy,
  about: SigningSubject | KeyIntent,
  options: EvaluatePolicyOptions = {},
): Promise<PolicyResult> {
  knownOptions('evaluatePolicy', options, [...policyOptionNames, 'signal', 'logger']);
  const rules = rulesOf(policy);
  if (typeof about !== 'object' || about === null) invalidArgument('evaluatePolicy needs a subject or an intent');
  const subject = 'operation' in about ? await subjectOfIntent(about) : about;
  const { clock = systemClock, trust, custom = {}, signal, logger } = options;
  const registry = lookupsOf(options.oci);
  const call = { ...(signal && { signal }), ...(logger && { logger }) };
  return judgePolicy(rules, subject, { clock, custom, call, ...(trust && { trust }), ...(registry && { registry }) }, 'all');
}
