import { SignError } from '@securosys/core';
import type { RequestItem, RequestItemStatus } from './request-types.js';

const counted: readonly RequestItemStatus[] = [
  'published',
  'signed',
  'approved',
  'pending',
  'prepared',
  'stale',
  'rejected',
  'unknown',
];

/** The error of a whole request: the first that an item met, and in its details where every item stands. */
export function requestFailure(error: SignError, id: string, items: readonly RequestItem[]): SignError {
  const { requestId, brokerRequestId = requestId === id ? undefined : requestId } = error.details;
  const counts = counted.flatMap((status) => {
    const count = items.filter((item) => item.status === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  const about = items.length > 1 ? ` (of ${items.length} items: ${counts.join(', ')})` : '';
  // What one item says names that item; who comes back asks for the request.
  const waits = SignError.is(error, 'ERR_APPROVAL_PENDING') && requestId !== undefined && requestId !== id;
  const message = waits ? `signing request ${id} waits for approvals` : error.message;
  return new SignError(error.code, `${message}${about}`, {
    cause: error,
    retryable: error.retryable,
    details: {
      ...error.details,
      ...(brokerRequestId !== undefined && { brokerRequestId }),
      requestId: id,
      items,
    },
  });
}

/** What several items met: what went wrong first, then that people still decide. */
export function firstFailure(errors: readonly SignError[]): SignError | undefined {
  return errors.find((error) => !SignError.is(error, 'ERR_APPROVAL_PENDING')) ?? errors[0];
}
