/** A rule as the engine sees it (`tsb-rest-api.md` §4.1), after names of approvers were resolved to their keys. */
export interface PolicyRule {
  /** OR: one token is enough. An empty list can never be fulfilled. */
  readonly tokens: readonly PolicyToken[];
}

/** One way to fulfil a rule (§4.2). */
export interface PolicyToken {
  readonly name: string;
  /** Seconds after the request's creation from which the token counts; a multiple of 60. */
  readonly timelock: number;
  /** Seconds after the request's creation from which it no longer counts; a multiple of 60, 0 for never. */
  readonly timeout: number;
  /** AND: every group needs its quorum. No groups means that only time counts. */
  readonly groups: readonly PolicyGroup[];
}

/** People of whom `quorum` must approve. */
export interface PolicyGroup {
  readonly name: string;
  readonly quorum: number;
  readonly approvers: readonly PolicyApprover[];
}

/** Somebody who may approve. */
export interface PolicyApprover {
  readonly type: 'public_key' | 'certificate';
  readonly name: string;
  /** Base64 of the key or certificate, as the policy spells it. */
  readonly value: string;
  /** Base64 of the SubjectPublicKeyInfo DER: what approvals are counted by. */
  readonly spki: string;
}

/** A rule that is `null` asks for nothing (§4.2). */
export type MaybeRule = PolicyRule | null;

export const ruleNames: readonly RuleName[] = ['ruleUse', 'ruleBlock', 'ruleUnblock', 'ruleModify'];
/** The four kinds of act that a policy rules on, as the wire names them (§4.1). */
export type RuleName = 'ruleUse' | 'ruleBlock' | 'ruleUnblock' | 'ruleModify';
export type Rules = Readonly<Record<RuleName, MaybeRule>>;

/** Every approver of a rule once, by key, in the order of the policy. */
export function approversOf(rule: MaybeRule): PolicyApprover[] {
  const seen = new Map<string, PolicyApprover>();
  for (const token of rule?.tokens ?? [])
    for (const group of token.groups)
      for (const approver of group.approvers) if (!seen.has(approver.spki)) seen.set(approver.spki, approver);
  return [...seen.values()];
}
