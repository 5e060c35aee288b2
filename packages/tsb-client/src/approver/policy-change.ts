import type { ModifyPolicy, ReportedPolicy } from '../api/policy.js';
import type { PolicyChange } from '../policy/change.js';
import { diffPolicies, type PolicyDiff } from '../policy/diff.js';

/** New rules beside those of today. */
export interface ComparedPolicy {
  /** Absent when today's rules are not known. */
  readonly changes?: readonly PolicyChange[];
  /** Whether it gets easier to use, to unblock or to change again; also when nobody can tell. */
  readonly weaker: boolean;
}

/** Rules that guard something. Blocking only ever takes away. */
const guarding = ['ruleUse', 'ruleUnblock', 'ruleModify'] as const;

function weakens({ changes, directions }: PolicyDiff): boolean {
  return guarding.some((name) => {
    const easier = changes.some(({ rule, direction }) => rule === name && direction === 'weaker');
    return easier && directions[name] !== 'stronger';
  });
}

/**
 * What a modify changes, by what the TSB reports of the key today.
 * @param today `null`: a key without rules; `undefined`: not known
 */
export function comparedPolicy(today: ReportedPolicy | null | undefined, next: ModifyPolicy): ComparedPolicy {
  if (!today) return { weaker: true };
  const diff = diffPolicies(today, next);
  return { changes: diff.changes, weaker: weakens(diff) };
}
