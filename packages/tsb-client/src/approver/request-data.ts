import type { RequestView } from './request-view.js';
import { riskWords } from './risk-words.js';
import type { TaskRisk } from './risks.js';

/** One risk of a request, explained. */
export interface RiskData {
  readonly risk: TaskRisk;
  readonly meaning: string;
  /** Whether somebody has to look again, and name it (S44). */
  readonly needsSecondLook: boolean;
  /** Ids of the tasks that have it. */
  readonly tasks: readonly string[];
}

/** A {@link RequestView} as a program reads it: plain data, for `--json`. */
export interface RequestData extends Omit<RequestView, 'risks' | 'risksToAccept'> {
  /** `false`: the request contradicts itself, see `mismatches`; nothing allows it. */
  readonly canBeApproved: boolean;
  readonly risks: readonly RiskData[];
  /** Milliseconds until approvals count no longer, never under zero, by the rules of today and the clock here. */
  readonly timeLeftMs?: number;
}

/**
 * The same as `requestText` says, as plain data: facts in each task, apart from claims; risks with their meaning; the time that is left.
 * @param now milliseconds since 1970
 */
export function requestData(request: RequestView, now: number): RequestData {
  const { risks, risksToAccept, ...rest } = request;
  const { mismatches, tasks, window } = rest;
  const closesAt = window?.closesAt;
  return {
    ...rest,
    canBeApproved: mismatches.length === 0,
    risks: risks.map((risk) => ({
      risk,
      meaning: riskWords[risk],
      needsSecondLook: risksToAccept.includes(risk),
      tasks: tasks.filter((task) => task.risks.includes(risk)).map(({ id }) => id),
    })),
    ...(closesAt !== undefined && { timeLeftMs: Math.max(0, Date.parse(closesAt) - now) }),
  };
}
