import { type OperationState, SignError } from '@securosys/core';

const decided = new Set([
  'ERR_APPROVAL_REJECTED',
  'ERR_APPROVAL_EXPIRED',
  'ERR_APPROVAL_CANCELLED',
  'ERR_REQUEST_FAILED',
  'ERR_REQUEST_STALE',
]);

/** Whether asking again for the same request can come to nothing else: what is kept of it is of no use any more. */
export function isDecided(error: unknown): boolean {
  return SignError.is(error) && decided.has(error.code);
}

/** Whether people still decide. */
export function isUndecided({ status }: Pick<OperationState, 'status'>): boolean {
  return status === 'pending' || status === 'approved';
}
