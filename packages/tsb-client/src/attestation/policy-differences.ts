import { invalidArgument, sanitizeText, sha256Hex, utf8Bytes } from '@securosys/core';
import type { ModifyPolicy, PolicyApproval, PolicyGroup, PolicyRule, PolicyToken, ReportedPolicy } from '../api/policy.js';
import { approverIdentity } from '../policy/identity.js';

const ruleNames = ['ruleUse', 'ruleBlock', 'ruleUnblock', 'ruleModify'] as const;

/** What `null` means, and how an HSM may spell it: one token that asks nobody and never ends (`tsb-rest-api.md` §4.2). */
const anyone: PolicyToken = { timelock: 0, timeout: 0, groups: [] };

const tokensOf = (rule: PolicyRule | null): readonly PolicyToken[] => (rule === null ? [anyone] : (rule.tokens ?? []));

/** Tells people with one name apart without printing their whole key. */
const fingerprint = (approval: PolicyApproval): string => sha256Hex(utf8Bytes(approverIdentity(approval))).slice(0, 16);

/** Sorted, because neither people in a group, nor groups (all), nor tokens (any) have an order that means something. */
const sorted = (texts: readonly string[]): readonly string[] => [...texts].sort();

function groupText({ quorum, approvals }: PolicyGroup, named: boolean): string {
  const person = (one: PolicyApproval) =>
    named ? `${sanitizeText(one.name || 'without a name', 80)} [${fingerprint(one)}]` : approverIdentity(one);
  return `${quorum} of (${sorted(approvals.map(person)).join(', ')})`;
}

function tokenText({ timelock, timeout, groups }: PolicyToken, named: boolean): string {
  const who = sorted((groups ?? []).map((group) => groupText(group, named))).join(' and ') || 'anyone with the API';
  return `${who}, after ${timelock} s, ${timeout === 0 ? 'for ever' : `until ${timeout} s`}`;
}

const ruleTexts = (rule: PolicyRule | null, named: boolean): readonly string[] =>
  sorted(tokensOf(rule).map((token) => tokenText(token, named)));

function inWords(rule: PolicyRule | null): string {
  const texts = ruleTexts(rule, true);
  return texts.length === 0 ? 'no token at all' : texts.join(' or ');
}

/** @throws SignError `ERR_INVALID_ARGUMENT` for what an attestation can never state */
function checkExpected(policy: ModifyPolicy): void {
  for (const name of ruleNames) {
    const rule = policy[name];
    if (rule === undefined) invalidArgument(`the expected policy does not state ${name}`);
    for (const token of rule?.tokens ?? [])
      for (const group of token.groups ?? [])
        if (group.approvals.some(({ value }) => value == null))
          invalidArgument('an attestation names approvers by key or certificate: state those of onboarded approvers, too');
  }
}

/** Whether a policy is exactly the expected one; see {@link policyDifferences}. */
export interface PolicyComparison {
  /**
   * A rule without any token can never be fulfilled where it is sent (`tsb-rest-api.md` §4.2), but no attestation of one was ever
   * recorded. Default `false`: such a rule equals nothing.
   */
  readonly emptyRuleMeansNever: boolean;
}

/**
 * In what the rules of an attested policy are not those expected, in words; empty when they are. People are compared by their keys,
 * whatever they are called and whether key or certificate stands for them; order means nothing.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function policyDifferences(
  expected: ModifyPolicy | null,
  attested: ReportedPolicy | null,
  { emptyRuleMeansNever }: PolicyComparison,
): string[] {
  if (expected) checkExpected(expected);
  if (!expected || !attested)
    return expected === attested
      ? []
      : [attested ? 'the key has a policy' : 'the key has no policy: anyone with the API can use it'];
  return ruleNames.flatMap((name) => {
    const stated = attested[name];
    if (tokensOf(stated).length === 0 && !emptyRuleMeansNever)
      return [`${name}: the attestation states no token, which is not proven to mean that nobody may`];
    const same = ruleTexts(expected[name], false).join('\n') === ruleTexts(stated, false).join('\n');
    return same ? [] : [`${name}: expected ${inWords(expected[name])}; attested ${inWords(stated)}`];
  });
}
