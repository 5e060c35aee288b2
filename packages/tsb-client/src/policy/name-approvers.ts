import { type ApprovalProgress, base64Bytes, SignError, sanitizeText, sha256Hex } from '@securosys/core';
import type { ReportedPolicy } from '../api/policy.js';
import { approverIdentity } from './identity.js';

/** An approver of a request: the key as the TSB lists it, and who that is. */
export interface NamedApprover {
  /** What the rules of the key call them; absent for keys that stand in no rule, or there without a name. */
  readonly name?: string;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hex; `unknown` for a text that is no base64. */
  readonly spkiSha256: string;
  /** The text of the TSB: base64 of the SubjectPublicKeyInfo (DER). */
  readonly spki: string;
}

/** {@link ApprovalProgress} with people in place of keys. */
export interface NamedApprovals {
  readonly approvedBy: readonly NamedApprover[];
  readonly notYetApprovedBy: readonly NamedApprover[];
  readonly rejectedBy: readonly NamedApprover[];
}

/** The names in all rules of a policy, by {@link approverIdentity}. */
export function namesInPolicy(policy: ReportedPolicy | null | undefined): ReadonlyMap<string, string> {
  const rules = policy ? [policy.ruleUse, policy.ruleBlock, policy.ruleUnblock, policy.ruleModify] : [];
  const approvals = rules
    .flatMap((rule) => rule?.tokens ?? [])
    .flatMap((token) => token.groups ?? [])
    .flatMap((group) => group.approvals);
  return new Map(approvals.flatMap((one) => (one.name ? [[approverIdentity(one), one.name] as const] : [])));
}

/** One key of a list of the TSB, with the name that the rules give it. */
export function namedApprover(spki: string, names: ReadonlyMap<string, string>): NamedApprover {
  const shown = sanitizeText(spki, 4096);
  try {
    const spkiSha256 = sha256Hex(base64Bytes(spki, 'approver'));
    const name = names.get(approverIdentity({ type: 'public_key', value: spki }));
    return { ...(name !== undefined && { name: sanitizeText(name) }), spkiSha256, spki: shown };
  } catch (error) {
    if (!SignError.is(error)) throw error;
    return { spkiSha256: 'unknown', spki: shown };
  }
}

/**
 * Who has decided, for people to read: the lists of `operation.state.approvals` hold public keys, and the rules of the key hold the names.
 * Both are the TSB's word, and a name is what whoever wrote the rules says. People in the rules by certificate are found by its
 * key; those whom the rules have by their onboarded name only stay without one, because no key stands beside it. At most the first 1000 of each list.
 * `policy` as `client.keys.attributes(label)` reports it, in `json.policy`, or `null` when there is none.
 *
 * @example
 * ```ts
 * import type { Operation } from '@securosys/core';
 * import { nameApprovers, type TsbClient } from '@securosys/tsb-client';
 * declare const client: TsbClient;
 * declare const operation: Operation<Uint8Array>;
 *
 * const { policy } = (await client.keys.attributes('release')).json;
 * const { approvals } = await operation.refresh();
 * if (approvals) for (const { name, spkiSha256 } of nameApprovers(approvals, policy).notYetApprovedBy) console.log(name ?? spkiSha256);
 * ```
 */
export function nameApprovers(approvals: ApprovalProgress, policy: ReportedPolicy | null | undefined): NamedApprovals {
  const names = namesInPolicy(policy);
  const people = (keys: readonly string[]) => keys.slice(0, 1_000).map((key) => namedApprover(key, names));
  return {
    approvedBy: people(approvals.approvedBy),
    notYetApprovedBy: people(approvals.notYetApprovedBy),
    rejectedBy: people(approvals.rejectedBy),
  };
}
