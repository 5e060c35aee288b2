import { type ApprovalProgress, type RequestState, sanitizeText } from '@securosys/core';
import type { TsbRequest } from '../api/requests.js';
import type { ApproverNames } from './approver-names.js';
import type { ResultReader } from './results.js';

function approvalsOf(request: TsbRequest, names: ApproverNames): ApprovalProgress {
  return {
    approvedBy: names.of(request.approvedBy),
    notYetApprovedBy: names.of(request.notYetApprovedBy),
    rejectedBy: names.of(request.rejectedBy),
  };
}

/**
 * A request's state in our words (`tsb-rest-api.md` §4.4). `APPROVED` is not an end: a time lock may still run. An executed request
 * without the result that is read for is one of another kind (a block where a signature is looked for): whoever looks through all
 * requests for a lost one meets those too, so it is a state, `failed`, and no error.
 * @throws SignError `ERR_PROTOCOL` for a result that cannot be read
 */
export function requestState(request: TsbRequest, { what, read }: ResultReader, names: ApproverNames): RequestState {
  const approvals = approvalsOf(request, names);
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
