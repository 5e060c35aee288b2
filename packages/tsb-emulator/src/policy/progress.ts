import { approversOf, type MaybeRule } from './model.js';

/** The three lists of a request status (§2.6), base64 SPKI each, in the order of the policy. */
export interface Progress {
  readonly approvedBy: string[];
  readonly notYetApprovedBy: string[];
  readonly rejectedBy: string[];
}

/** Sorts a rule's approvers by what they did. */
export function progressOf(rule: MaybeRule, approvedBy: ReadonlySet<string>, rejectedBy: ReadonlySet<string>): Progress {
  const keys = approversOf(rule).map((approver) => approver.spki);
  return {
    approvedBy: keys.filter((key) => approvedBy.has(key)),
    notYetApprovedBy: keys.filter((key) => !approvedBy.has(key) && !rejectedBy.has(key)),
    rejectedBy: keys.filter((key) => rejectedBy.has(key)),
  };
}
