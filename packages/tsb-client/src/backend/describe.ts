import {
  type ApprovalWindow,
  base64Bytes,
  type KeyAssurance,
  type KeyInfo,
  type KeyRef,
  type KeySpec,
  type KeyUsage,
  keySpecOfSpki,
  SignError,
  sha256Hex,
} from '@securosys/core';
import type { TsbKeyAttributes } from '../api/keys.js';
import type { PolicyRule, ReportedPolicy } from '../api/policy.js';

/** Which rule of a policy an act goes by (`tsb-rest-api.md` §4.3). */
export type RuleName = 'ruleUse' | 'ruleBlock' | 'ruleUnblock' | 'ruleModify';

/**
 * Whether an act, a use unless another rule is named, has to wait: for people, or for a time lock. A `null` policy is a plain key; a `null` rule and a token without
 * groups and time lock are fulfilled at once; a rule without tokens never is (`tsb-rest-api.md` §4.2).
 */
export function needsApproval(policy: ReportedPolicy | null, rule: RuleName = 'ruleUse'): boolean {
  const found: PolicyRule | null | undefined = policy?.[rule];
  if (!found) return false;
  return !(found.tokens ?? []).some((token) => (token.groups ?? []).length === 0 && token.timelock === 0);
}

/** When approvals of an act count, one window for each token of its rule; none when nobody is asked, or nobody ever can. */
export function approvalWindows(policy: ReportedPolicy | null, rule: RuleName = 'ruleUse'): readonly ApprovalWindow[] {
  if (!needsApproval(policy, rule)) return [];
  return (policy?.[rule]?.tokens ?? []).map(({ timelock, timeout }) => ({
    opensAfterMs: timelock * 1000,
    ...(timeout > 0 && { closesAfterMs: timeout * 1000 }),
  }));
}

function specOf(spki: Uint8Array): KeySpec | undefined {
  try {
    return keySpecOfSpki(spki);
  } catch (error) {
    // A type of key that this Node version cannot read is described, not refused.
    if (SignError.is(error, 'ERR_MALFORMED')) return undefined;
    throw error;
  }
}

function usagesOf({ attributes }: TsbKeyAttributes): KeyUsage[] {
  const usages: KeyUsage[] = [];
  if (attributes.sign) usages.push('sign', 'verify');
  if (attributes.decrypt) usages.push('decrypt', 'encrypt');
  if (attributes.unwrap) usages.push('unwrap', 'wrap');
  if (attributes.derive) usages.push('derive');
  return usages;
}

/**
 * A key as the TSB describes it, checked against the pin (S7).
 * @throws SignError `ERR_KEY_CHANGED`; `ERR_KEY_NOT_USABLE` for a key without a public half, where none was pinned; `ERR_PROTOCOL` when the answer is about
 * another label
 */
export function keyInfoOf(ref: KeyRef, json: TsbKeyAttributes, assurance: KeyAssurance): KeyInfo {
  if (json.label !== ref.label) throw new SignError('ERR_PROTOCOL', 'asked for one key, the answer describes another');
  if (!json.publicKey && ref.spkiSha256 === undefined)
    throw new SignError('ERR_KEY_NOT_USABLE', 'the key has no public half: it cannot sign');
  if (!json.publicKey)
    throw new SignError('ERR_KEY_CHANGED', 'the key behind this label has no public half, unlike the one that was pinned', {
      details: { expected: ref.spkiSha256 },
    });
  const spki = spkiOfAnswer(json.publicKey);
  const spkiSha256 = sha256Hex(spki);
  if (ref.spkiSha256 !== undefined && ref.spkiSha256 !== spkiSha256)
    throw new SignError('ERR_KEY_CHANGED', 'the key behind this label is not the one that was pinned', {
      details: { expected: ref.spkiSha256, found: spkiSha256 },
    });
  const windows = approvalWindows(json.policy);
  return {
    ref: { label: json.label, spkiSha256 },
    spec: specOf(spki),
    spki,
    usages: usagesOf(json),
    needsApproval: needsApproval(json.policy),
    assurance,
    ...(windows.length > 0 && { approvalWindows: windows }),
    ...(json.policy?.keyStatus?.blocked && { blocked: true }),
  };
}

function spkiOfAnswer(text: string): Uint8Array<ArrayBuffer> {
  try {
    return base64Bytes(text, 'public key');
  } catch (cause) {
    throw new SignError('ERR_PROTOCOL', 'the public key in the answer is not canonical base64', { cause });
  }
}
