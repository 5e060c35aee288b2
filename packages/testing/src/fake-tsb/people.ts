import { knownOptions } from '@securosys/core';
import { type ApproverKeyPair, approvalEntry, createApproverKey, type WireRules } from '@securosys/tsb-emulator';

/** Who has to approve every use of a key, and every change to it. */
export interface KeyApprovers {
  /** How many of them. */
  readonly quorum: number;
  /** Names; each stands for a key that is made when the name is first used. */
  readonly of: readonly string[];
  /** How long after its creation a request can be approved and executed; whole minutes, 0 for ever. Default 3600. */
  readonly timeoutSeconds?: number;
  /** Approved requests are executed only this long after their creation; whole minutes. Default 0. */
  readonly timelockSeconds?: number;
}

/** Keys of people by their names. */
export interface People {
  key(approver: string | ApproverKeyPair): ApproverKeyPair;
  rules(approvers: KeyApprovers): WireRules;
}

export function createPeople(): People {
  const keys = new Map<string, ApproverKeyPair>();
  const key = (approver: string | ApproverKeyPair) => {
    if (typeof approver !== 'string') return approver;
    const known = keys.get(approver) ?? createApproverKey(approver);
    keys.set(approver, known);
    return known;
  };
  return {
    key,
    rules(approvers) {
      knownOptions('approvers', approvers, ['quorum', 'of', 'timeoutSeconds', 'timelockSeconds']);
      const { quorum, of, timeoutSeconds: timeout = 3600, timelockSeconds: timelock = 0 } = approvers;
      const groups = [{ name: 'approval', quorum, approvals: of.map(key).map(approvalEntry) }];
      const rule = { tokens: [{ name: 'approval', timelock, timeout, groups }] };
      return { ruleUse: rule, ruleBlock: rule, ruleUnblock: rule, ruleModify: rule };
    },
  };
}
