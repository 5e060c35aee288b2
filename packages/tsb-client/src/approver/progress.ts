import { base64Bytes, SignError, sanitizeText, sha256Hex } from '@securosys/core';
import type { TsbRequestStatus } from '../api/algorithms.js';
import type { ReportedPolicy } from '../api/policy.js';
import type { TsbRequest } from '../api/requests.js';
import { approverIdentity } from '../policy/identity.js';

/** Somebody who decides. */
export interface TaskApprover {
  /** What the rules of the key call them, as the TSB reports the rules. */
  readonly name?: string;
  /** SHA-256 of their SubjectPublicKeyInfo, hex, or `unknown`. */
  readonly keySha256: string;
}

/** How far a request is (level 6). All of it is the TSB's word; the result of a request is left out. */
export interface TaskProgress {
  readonly requestId: string;
  readonly status: TsbRequestStatus;
  readonly approvedBy: readonly TaskApprover[];
  readonly notYetApprovedBy: readonly TaskApprover[];
  readonly rejectedBy: readonly TaskApprover[];
}

function namesOf(policy: ReportedPolicy | null | undefined): ReadonlyMap<string, string> {
  const rules = policy ? [policy.ruleUse, policy.ruleBlock, policy.ruleUnblock, policy.ruleModify] : [];
  const approvals = rules
    .flatMap((rule) => rule?.tokens ?? [])
    .flatMap((token) => token.groups ?? [])
    .flatMap((group) => group.approvals);
  return new Map(approvals.flatMap((one) => (one.name ? [[approverIdentity(one), one.name] as const] : [])));
}

function approverOf(spki: string, names: ReadonlyMap<string, string>): TaskApprover {
  try {
    const name = names.get(approverIdentity({ type: 'public_key', value: spki }));
    return { ...(name !== undefined && { name: sanitizeText(name) }), keySha256: sha256Hex(base64Bytes(spki, 'approver')) };
  } catch (error) {
    if (!SignError.is(error)) throw error;
    return { keySha256: 'unknown' };
  }
}

/** Level 6 of a task, with people by their names where the rules of the key name them. */
export function progressOf(request: TsbRequest, policy: ReportedPolicy | null | undefined): TaskProgress {
  const names = namesOf(policy);
  const people = (keys: readonly string[] | null) => (keys ?? []).slice(0, 1_000).map((spki) => approverOf(spki, names));
  return {
    requestId: sanitizeText(request.id),
    status: request.status,
    approvedBy: people(request.approvedBy),
    notYetApprovedBy: people(request.notYetApprovedBy),
    rejectedBy: people(request.rejectedBy),
  };
}
