import type { ApprovalProgress, RequestState } from '@securosys/core';

const lists = ['approvedBy', 'notYetApprovedBy', 'rejectedBy'] as const satisfies readonly (keyof ApprovalProgress)[];

const sameList = (a: readonly string[] = [], b: readonly string[] = []): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);

/** Whether two states of a request are news to each other. An executed one always is: it carries the result. */
export function differ(a: RequestState, b: RequestState): boolean {
  if (a.status !== b.status || b.status === 'executed') return true;
  return !lists.every((name) => sameList(a.approvals?.[name], b.approvals?.[name]));
}
