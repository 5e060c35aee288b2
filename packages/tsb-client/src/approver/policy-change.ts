import type { ModifyPolicy, PolicyRule, ReportedPolicy } from '../api/policy.js';
import { explainPolicy } from '../policy/explain.js';
import { mayBeWeaker } from '../policy/strength.js';

/** New rules beside those of today. */
export interface PolicyChange {
  /** Statements that go (`- …`) and that come (`+ …`); absent when today's rules are not known. */
  readonly changes?: readonly string[];
  /** Whether fewer people, or approvals that last longer, may do for something that needs more today; or nobody can tell. */
  readonly weaker: boolean;
}

/** Whether approvals never expire in some way of fulfilling the rule (S5). */
const lastsForEver = (rule: PolicyRule | null): boolean =>
  (rule?.tokens ?? []).some(({ timeout, groups }) => timeout === 0 && (groups ?? []).length > 0);

/** Rules that guard something. Blocking only ever takes away. */
const guarding = ['ruleUse', 'ruleUnblock', 'ruleModify'] as const;

/**
 * What a modify changes, by what the TSB reports of the key today.
 * @param today `null`: a key without rules; `undefined`: not known
 */
export function policyChange(today: ReportedPolicy | null | undefined, next: ModifyPolicy): PolicyChange {
  if (!today) return { weaker: true };
  const before = explainPolicy(today);
  const after = explainPolicy(next);
  const weaker = guarding.some(
    (name) => mayBeWeaker(next[name], today[name]) || (lastsForEver(next[name]) && !lastsForEver(today[name])),
  );
  const goes = before.filter((line) => !after.includes(line)).map((line) => `- ${line}`);
  const comes = after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`);
  return { changes: [...goes, ...comes], weaker };
}
