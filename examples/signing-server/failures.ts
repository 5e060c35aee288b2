import { SignError, type SignErrorCode } from '@securosys/sign';

/** What callers are told: a stable code, and nothing of what the server stands on. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const statuses: Partial<Record<SignErrorCode, number>> = {
  ERR_APPROVAL_PENDING: 202,
  ERR_INVALID_ARGUMENT: 400,
  ERR_VETOED: 403,
  ERR_POLICY_UNSAFE: 403,
  ERR_NOT_FOUND: 404,
  ERR_REQUEST_NOT_FOUND: 404,
  ERR_APPROVAL_REJECTED: 409,
  ERR_APPROVAL_EXPIRED: 409,
  ERR_APPROVAL_CANCELLED: 409,
  ERR_REQUEST_STALE: 409,
  // The outcome becomes known in time; asking again never makes a second request.
  ERR_OUTCOME_UNKNOWN: 503,
};

/** What a failure means to whoever asked. */
export function answerOf(error: unknown): Answer {
  if (!SignError.is(error)) {
    // Of the server's own library: a body that is too large, or that its schema refuses.
    const { statusCode = 500 } = error as { statusCode?: number };
    const known = statusCode >= 400 && statusCode < 500;
    return { status: known ? statusCode : 500, body: { error: known ? 'ERR_INVALID_ARGUMENT' : 'internal' } };
  }
  const { code, details, retryable } = error;
  if (code === 'ERR_REQUEST_NOT_FOUND' && details.ended === 'published')
    return { status: 200, body: { id: details.requestId, status: 'published' } };
  const status = statuses[code] ?? (retryable ? 503 : 502);
  if (status === 202) return { status, body: { id: details.requestId, status: 'pending' } };
  return { status, body: { error: code, ...(code === 'ERR_VETOED' && { rule: details.rule }) } };
}
