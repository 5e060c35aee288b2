import { readApproverCertificate, readApproverKey } from '../approvals/approver.js';
import { failure } from '../failure.js';
import { errorOfQuorumRange, errorOfRepeatedApprover, errorOfUselessKey, statusOfEmptyGroup } from '../inferred.js';
import type { MaybeRule, PolicyApprover, PolicyGroup, PolicyToken, RuleName, Rules } from './model.js';
import { ruleNames } from './model.js';

/** The wire's policy (§4.1) after the DTO parser: shapes are right, meaning is not yet checked. */
export interface WireApproval {
  readonly type: string;
  readonly name?: string | null | undefined;
  readonly value?: string | null | undefined;
}
/** A group as the wire writes it; see {@link WireApproval}. */
export interface WireGroup {
  readonly name?: string | null | undefined;
  readonly quorum: number;
  readonly approvals?: readonly WireApproval[] | null | undefined;
}
/** A token as the wire writes it, times in seconds. */
export interface WireToken {
  readonly name?: string | null | undefined;
  readonly timelock: number;
  readonly timeout: number;
  readonly groups?: readonly WireGroup[] | null | undefined;
}
/** A rule as the wire writes it; without tokens it can never be fulfilled. */
export interface WireRule {
  readonly tokens?: readonly WireToken[] | null | undefined;
}
/** The rules of a policy as the wire writes them; `null` is always fulfilled. */
export type WireRules = { readonly [N in RuleName]?: WireRule | null | undefined };

/** The HSM keeps whole minutes (§5.4), so nothing is ever rounded: other seconds are refused. */
function minutesOnly(seconds: number, what: string): number {
  if (!Number.isSafeInteger(seconds) || seconds < 0 || seconds % 60 !== 0)
    throw failure(600, `${what}: seconds must represent full minutes`);
  return seconds;
}

/** Who knows approvers by name. */
export interface ApproverNames {
  /** @throws SignError with the TSB error 413, 414 */
  resolve(name: string): PolicyApprover;
}

function readApproval(entry: WireApproval, names: ApproverNames): PolicyApprover {
  if (entry.type === 'onboarded_approver_certificate') {
    if (!entry.name) throw failure(633, 'an onboarded approver needs a name');
    return names.resolve(entry.name);
  }
  if (entry.value == null) throw failure(600, 'an approval needs a value');
  if (entry.type === 'certificate') {
    const { name, spki, value } = readApproverCertificate(entry.value);
    return { type: 'certificate', name, spki, value };
  }
  if (entry.type !== 'public_key') throw failure(501, 'approval type is not a known value');
  const { spki, value } = readApproverKey(entry.value);
  return { type: 'public_key', name: entry.name ?? '', spki, value };
}

function readGroup(group: WireGroup, names: ApproverNames): PolicyGroup {
  if (!group.approvals || group.approvals.length === 0) throw failure(401, 'a group needs approvals', statusOfEmptyGroup);
  const approvers = group.approvals.map((entry) => readApproval(entry, names));
  const keys = new Set(approvers.map((a) => a.spki));
  if (keys.size !== approvers.length) throw failure(errorOfRepeatedApprover, 'a group names one approver twice');
  if (!Number.isSafeInteger(group.quorum) || group.quorum < 1 || group.quorum > approvers.length)
    throw failure(errorOfQuorumRange, 'quorum has to be between 1 and the number of approvals');
  return { name: group.name ?? '', quorum: group.quorum, approvers };
}

function readToken(token: WireToken, names: ApproverNames): PolicyToken {
  return {
    name: token.name ?? '',
    timelock: minutesOnly(token.timelock, 'timelock'),
    timeout: minutesOnly(token.timeout, 'timeout'),
    groups: (token.groups ?? []).map((group) => readGroup(group, names)),
  };
}

/** A missing rule asks for nothing; a rule without tokens can never be fulfilled (§4.2). */
function readRule(rule: WireRule | null | undefined, names: ApproverNames): MaybeRule {
  return rule == null ? null : { tokens: (rule.tokens ?? []).map((token) => readToken(token, names)) };
}

/**
 * Checks and resolves the rules of a policy.
 * @param names resolves onboarded approvers, to their certificates of the moment (`tsb-rest-api.md` §4.1)
 * @throws SignError with the TSB error 401 for a group without approvals, 407, 409, 413, 414, 600, 601, 604, 633
 */
export function readRules(policy: WireRules, names: ApproverNames): Rules {
  const rules = Object.fromEntries(ruleNames.map((name) => [name, readRule(policy[name], names)])) as Record<RuleName, MaybeRule>;
  if (rules.ruleUse?.tokens.length === 0) throw failure(errorOfUselessKey, 'ruleUse can never be fulfilled');
  return rules;
}
