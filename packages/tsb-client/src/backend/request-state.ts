import { type ApprovalProgress, type RequestState, sanitizeText } from '@securosys/core';
import type { TsbRequest } from '../api/requests.js';
import type { ResultReader } from './results.js';

const names = (keys: readonly string[] | null): readonly string[] => (keys ?? []).map((key) => sanitizeText(key, 4096));

function approvalsOf(request: TsbRequest): ApprovalProgress {
  return {
    approvedBy: names(request.approvedBy),
    notYetApprovedBy: names(request.notYetApprovedBy),
    rejectedBy: names(request.rejectedBy),
  };
}

/**
 * A request's state in our words (`tsb-rest-api.md` §4.4). `APPROVED` is not an end: a time lock may still run. An executed request
 * without the result that is read for is one of another kind (a block where a signature is looked for): whoever looks through all
 * requests for a lost one meets those too, so it is a state, `failed`, and no error.
 * @throws SignError `ERR_PROTOCOL` for a result that cannot be read
 */
export function requestState(request: TsbRequest, { what, read }: ResultReader): RequestState {
  const approvals = approvalsOf(request);
  switch (request.status) {
    case 'PENDING':
      return { status: 'pending', approvals };
    case 'APPROVED':
      return { status: 'approved', approvals };
    case 'EXECUTED': {
      const result = read(request.result);
      return result
        ? { status: 'executed', approvals, result }
        : { status: 'failed', approvals, reason: `executed without ${what}` };
    }
    case 'REJECTED':
      return { status: 'rejected', approvals };
    case 'EXPIRED':
      return { status: 'expired', approvals };
    case 'CANCELLED':
      return { status: 'cancelled', approvals };
    case 'FAILED':
      return { status: 'failed', approvals, ...(request.result && { reason: sanitizeText(request.result) }) };
  }
}
