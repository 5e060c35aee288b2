import type { ModifyPolicy } from '../api/policy.js';
import type { PolicyChange } from '../policy/change.js';
import { policyMistakes } from '../policy/check.js';
import type { PolicyProblem } from '../policy/check-rule.js';
import { diffPolicies, type PolicyDiff } from '../policy/diff.js';
import { takenNames } from '../policy/look-alike.js';
import { countsTwice } from '../policy/strength.js';
import type { ReportedKey } from './key-xml.js';
import type { TaskRisk } from './risks.js';

/** New rules beside those of today. */
export interface ComparedPolicy {
  /** Absent when today's rules are not known. */
  readonly changes?: readonly PolicyChange[];
  /** What a builder of ours would have refused. */
  readonly mistakes: readonly PolicyProblem[];
  readonly risks: readonly TaskRisk[];
}

/** Rules that guard something. Blocking only ever takes away. */
const guarding = ['ruleUse', 'ruleUnblock', 'ruleModify'] as const;

/** Whether it gets easier in any way to use, to unblock or to change again. More people may still be other people. */
function weakens({ changes }: PolicyDiff): boolean {
  return guarding.some((name) => changes.some(({ rule, direction }) => rule === name && direction === 'weaker'));
}

const riskOf = ({ kind }: PolicyProblem): TaskRisk => (kind === undefined ? 'policy-mistake' : `policy-${kind}`);

/**
 * What a modify changes, by what is said of the key today. A change from rules that only the TSB reports counts as weaker: whoever chose
 * the new rules may have chosen those, too.
 */
export function comparedPolicy(key: Pick<ReportedKey, 'attested' | 'policy'> | undefined, next: ModifyPolicy): ComparedPolicy {
  const today = key?.policy;
  const diff = today ? diffPolicies(today, next) : undefined;
  const weaker = !key?.attested || !diff || weakens(diff) || guarding.some((name) => countsTwice(next[name]));
  const mistakes = [...policyMistakes(next), ...(today ? takenNames(today, next) : [])];
  return {
    ...(diff && { changes: diff.changes }),
    mistakes,
    risks: [...(weaker ? (['policy-weaker'] as const) : []), ...new Set(mistakes.map(riskOf))],
  };
}
