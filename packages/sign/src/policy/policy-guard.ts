import { type CallOptions, type Guard, type KeyIntent, knownOptions, SignError, systemClock } from '@securosys/core';
import { type PolicyOptions, policyOptionNames } from './evaluate-policy.js';
import { judgePolicy } from './judge-policy.js';
import { lookupsOf } from './lookups-of.js';
import type { RegistryLookups } from './registry-lookups.js';
import { rulesOf, type SigningPolicy } from './signing-policy.js';
import { subjectOfIntent } from './subject-of-intent.js';

/**
 * A guard that vetoes what a policy does not allow, for signers and for keys that decrypt, before anything is sent, and again before what was signed is used. `ERR_VETOED` names
 * the rule: `details.rule` its name, `details.ruleIndex` its place, `details.requirement` and `details.path` what of it refused.
 *
 * @example
 * ```ts
 * import { connectMemory, createOci, createSigner } from '@securosys/sign';
 * import { policyGuard, signingPolicy } from '@securosys/sign/policy';
 * const policy = signingPolicy({
 *   version: 1,
 *   rules: [{ name: 'once', require: { repositories: ['registry.example/**'], notAlreadySigned: true } }],
 * });
 * const signer = createSigner(connectMemory(), { label: 'release' }, { guards: [policyGuard(policy, { oci: createOci() })] });
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function policyGuard(policy: SigningPolicy, options: PolicyOptions = {}): Guard<KeyIntent> {
  knownOptions('policyGuard', options, policyOptionNames);
  return guardOf(policy, options, lookupsOf(options.oci));
}

/**
 * {@link policyGuard} for programs that see nothing but bytes, such as plugins: no registry is ever asked, so `attestations` and
 * `notAlreadySigned` refuse. The code for registries is no part of a program that is bundled with this one.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function offlinePolicyGuard(policy: SigningPolicy, options: Omit<PolicyOptions, 'oci' | 'trust'> = {}): Guard<KeyIntent> {
  knownOptions('offlinePolicyGuard', options, ['custom', 'clock']);
  return guardOf(policy, options, undefined);
}

function guardOf(policy: SigningPolicy, options: PolicyOptions, registry: RegistryLookups | undefined): Guard<KeyIntent> {
  const rules = rulesOf(policy);
  const { clock = systemClock, trust, custom = {} } = options;
  return {
    async judge(intent, { signal, logger }: CallOptions = {}) {
      const call = { ...(signal && { signal }), ...(logger && { logger }) };
      const world = { clock, custom, call, ...(trust && { trust }), ...(registry && { registry }) };
      const result = await judgePolicy(rules, await subjectOfIntent(intent), world, 'first');
      if (result.verdict === 'allowed') return;
      const { rule, index, requirement, path, reason } = result;
      const name =
        rule === undefined ? 'the signing policy' : `rule '${rule}' (number ${(index ?? 0) + 1}) of the signing policy`;
      const about = requirement === undefined ? '' : `, ${requirement}`;
      const details = { ...(rule !== undefined && { rule, ruleIndex: index, requirement, path }), reason };
      throw new SignError('ERR_VETOED', `${name} refuses${about}: ${reason}`, { details });
    },
  };
}
