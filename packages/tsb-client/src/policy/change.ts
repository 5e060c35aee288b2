import type { PolicyRuleName } from './rule-names.js';

/** Which way a change goes: harder to fulfil, easier to fulfil, or neither (or nobody can tell). */
export type PolicyDirection = 'stronger' | 'weaker' | 'other';

/** What changed. */
export type PolicyChangeKind =
  | 'token-added'
  | 'token-removed'
  | 'group-added'
  | 'group-removed'
  | 'approver-added'
  | 'approver-removed'
  | 'approver-renamed'
  | 'quorum'
  | 'timeout'
  | 'timelock'
  | 'name';

/** One difference between two policies. */
export interface PolicyChange {
  readonly rule: PolicyRuleName;
  readonly kind: PolicyChangeKind;
  /** Where, in the policy that has it: the new one, and the old one for what was removed. */
  readonly path: string;
  /** For quorums and people: the number or name; for times: seconds. Names are the author's and not sanitised. */
  readonly before?: number | string;
  readonly after?: number | string;
  /** Of this change alone. */
  readonly direction: PolicyDirection;
  /** In plain words, safe to show. */
  readonly text: string;
}
