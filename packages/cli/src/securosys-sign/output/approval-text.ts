import type { OperationState } from '@securosys/core';
import { shownDuration } from '../settings/duration.js';

/** What somebody is called whom a backend lists by a public key. */
export type NameOf = (listed: string) => string;

/** `approved by Ada; not yet by Ben, Cleo; 23 h 10 min left`: how far people have come, in one line. */
export function approvalText({ status, approvals, estimate, reason }: OperationState, nameOf: NameOf): string {
  const people = (listed: readonly string[]): string => listed.map(nameOf).join(', ');
  if (status === 'executed') return 'signed';
  if (status !== 'pending' && status !== 'approved') return reason === undefined ? status : `${status}: ${reason}`;
  const { approvedBy = [], notYetApprovedBy = [], rejectedBy = [] } = approvals ?? {};
  const parts = [
    ...(status === 'approved' ? ['approved, not carried out yet'] : []),
    ...(approvedBy.length > 0 ? [`approved by ${people(approvedBy)}`] : []),
    ...(rejectedBy.length > 0 ? [`rejected by ${people(rejectedBy)}`] : []),
    ...(notYetApprovedBy.length > 0 ? [`not yet by ${people(notYetApprovedBy)}`] : []),
    ...(estimate?.timeLeftMs !== undefined ? [`${shownDuration(estimate.timeLeftMs)} left`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : 'waits for approvals';
}
