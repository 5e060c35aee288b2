import { isoSeconds } from '@securosys/core';
import type { ApprovalChallenge } from '../api/approval-frame.js';
import { approvalWindows, type RuleName } from '../backend/describe.js';
import type { ReportedKey } from './key-xml.js';

/** When approvals of a request count: the widest of the ways to collect them. The HSM decides by its own clock. */
export interface TaskWindow {
  /** RFC 3339: nothing is executed before. */
  readonly opensAt?: string;
  /** RFC 3339: nothing is executed from here on; absent: never too late. */
  readonly closesAt?: string;
}

const rules: Readonly<Record<ApprovalChallenge['operation'], RuleName>> = {
  use: 'ruleUse',
  block: 'ruleBlock',
  unblock: 'ruleUnblock',
  modify: 'ruleModify',
};

/** Last second that RFC 3339 can write. */
const mostMs = 253_402_300_799_000;

/** The window of a request, from the time that the HSM noted and the rules of the key as they are today. */
export function taskWindow(challenge: ApprovalChallenge, { policy }: ReportedKey): TaskWindow | undefined {
  const windows = approvalWindows(policy ?? null, rules[challenge.operation]);
  if (windows.length === 0) return undefined;
  const asked = challenge.timestamp.seconds * 1000;
  const opens = asked + Math.min(...windows.map(({ opensAfterMs }) => opensAfterMs));
  const closes = asked + Math.max(...windows.map(({ closesAfterMs = Number.POSITIVE_INFINITY }) => closesAfterMs));
  return {
    ...(opens > asked && opens <= mostMs && { opensAt: isoSeconds(opens) }),
    ...(closes <= mostMs && { closesAt: isoSeconds(closes) }),
  };
}
