import type { MaybeRule, PolicyGroup, PolicyToken } from './model.js';

/** All that a rule's state depends on besides the rule: nothing else is looked at. */
export interface RuleFacts {
  /** Seconds of the HSM timestamp made with the request; both clocks of a token start here (§4.2). */
  readonly createdAt: number;
  /** Seconds. */
  readonly now: number;
  /** Base64 SPKI of each key that approved. */
  readonly approvedBy: ReadonlySet<string>;
  readonly rejectedBy: ReadonlySet<string>;
}

/**
 * - `open`: fulfilled, and a fulfilled token's window is open: the HSM would do it now.
 * - `locked`: fulfilled, the window opens at `opensAt` (seconds).
 * - `pending`: approvals are missing and can still come.
 * - `rejected`: rejections made every quorum unreachable.
 * - `expired`: every window is over.
 * - `never`: the rule holds no token.
 */
export type RuleState =
  | { readonly kind: 'open'; readonly token: string | undefined }
  | { readonly kind: 'locked'; readonly opensAt: number }
  | { readonly kind: 'pending' | 'rejected' | 'expired' | 'never' };

const approvals = (group: PolicyGroup, facts: RuleFacts): number =>
  group.approvers.filter((a) => facts.approvedBy.has(a.spki)).length;

const stillPossible = (group: PolicyGroup, facts: RuleFacts): number =>
  group.approvers.filter((a) => facts.approvedBy.has(a.spki) || !facts.rejectedBy.has(a.spki)).length;

const fulfilled = (token: PolicyToken, facts: RuleFacts): boolean =>
  token.groups.every((group) => approvals(group, facts) >= group.quorum);

const reachable = (token: PolicyToken, facts: RuleFacts): boolean =>
  token.groups.every((group) => stillPossible(group, facts) >= group.quorum);

const over = (token: PolicyToken, facts: RuleFacts): boolean => token.timeout > 0 && facts.now >= facts.createdAt + token.timeout;

/** State of a rule (§4.2, §4.4): tokens OR, groups AND, the first token that is fulfilled and open wins. */
export function evaluateRule(rule: MaybeRule, facts: RuleFacts): RuleState {
  if (rule === null) return { kind: 'open', token: undefined };
  if (rule.tokens.length === 0) return { kind: 'never' };
  const live = rule.tokens.filter((token) => !over(token, facts));
  if (live.length === 0) return { kind: 'expired' };
  const complete = live.filter((token) => fulfilled(token, facts));
  const open = complete.find((token) => facts.now >= facts.createdAt + token.timelock);
  if (open) return { kind: 'open', token: open.name };
  if (complete.length > 0) return { kind: 'locked', opensAt: facts.createdAt + Math.min(...complete.map((t) => t.timelock)) };
  return { kind: live.some((token) => reachable(token, facts)) ? 'pending' : 'rejected' };
}
