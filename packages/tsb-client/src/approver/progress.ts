import { sanitizeText } from '@securosys/core';
import type { TsbRequestStatus } from '../api/algorithms.js';
import type { ReportedPolicy } from '../api/policy.js';
import type { TsbRequest } from '../api/requests.js';
import { namedApprover, namesInPolicy } from '../policy/name-approvers.js';

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

/** Level 6 of a task, with people by their names where the rules of the key name them. */
export function progressOf(request: TsbRequest, policy: ReportedPolicy | null | undefined): TaskProgress {
  const names = namesInPolicy(policy);
  const person = (key: string): TaskApprover => {
    const { name, spkiSha256: keySha256 } = namedApprover(key, names);
    return { ...(name !== undefined && { name }), keySha256 };
  };
  const people = (keys: readonly string[] | null) => (keys ?? []).slice(0, 1_000).map(person);
  return {
    requestId: sanitizeText(request.id),
    status: request.status,
    approvedBy: people(request.approvedBy),
    notYetApprovedBy: people(request.notYetApprovedBy),
    rejectedBy: people(request.rejectedBy),
  };
}
