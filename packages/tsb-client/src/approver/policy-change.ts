import type { ModifyPolicy, ReportedPolicy } from '../api/policy.js';
import type { PolicyChange } from '../policy/change.js';
import { diffPolicies } from '../policy/diff.js';

/** New rules beside those of today. */
export interface ComparedPolicy {
  /** Absent when today's rules are not known. */
  readonly changes?: readonly PolicyChange[];
  /** Whether it gets easier to use, to unblock or to change again; also when nobody can tell. Blocking only ever takes away. */
  readonly weaker: boolean;
}

/**
 * What a modify changes, by what the TSB reports of the key today.
 * @param today `null`: a key without rules; `undefined`: not known
 */
export function comparedPolicy(today: ReportedPolicy | null | undefined, next: ModifyPolicy): ComparedPolicy {
  if (!today) return { weaker: true };
  const { changes } = diffPolicies(today, next);
  return { changes, weaker: changes.some(({ rule, direction }) => rule !== 'ruleBlock' && direction === 'weaker') };
}
