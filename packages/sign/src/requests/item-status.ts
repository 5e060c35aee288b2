import type { SignError, SignErrorCode } from '@securosys/core';
import type { RequestItemStatus } from './request-types.js';

/** What went wrong with an item, or what is not known about it. */
export interface ItemProblem {
  readonly status: RequestItemStatus;
  readonly code: SignErrorCode;
  readonly reason: string;
}

const byCode: { readonly [code in SignErrorCode]?: RequestItemStatus } = {
  ERR_APPROVAL_PENDING: 'pending',
  ERR_APPROVAL_REJECTED: 'rejected',
  ERR_APPROVAL_EXPIRED: 'expired',
  ERR_APPROVAL_CANCELLED: 'cancelled',
  ERR_REQUEST_STALE: 'stale',
  ERR_OUTCOME_UNKNOWN: 'unknown',
  ERR_REQUEST_NOT_FOUND: 'unknown',
};

/** What an error says of an item. */
export function problemOf({ code, message }: Pick<SignError, 'code' | 'message'>): ItemProblem {
  return { status: byCode[code] ?? 'failed', code, reason: message };
}

const order: readonly RequestItemStatus[] = [
  'failed',
  'rejected',
  'expired',
  'cancelled',
  'stale',
  'unknown',
  'prepared',
  'pending',
  'approved',
  'signed',
  'published',
];

/** The status that decides: what went wrong first, then what is not done yet. */
export function worstStatus(items: readonly { readonly status: RequestItemStatus }[]): RequestItemStatus {
  return order.find((status) => items.some((item) => item.status === status)) ?? 'published';
}

const ends: readonly RequestItemStatus[] = ['rejected', 'expired', 'cancelled', 'failed', 'stale'];

/** Whether an item came to nothing. */
export function cameToNothing(status: RequestItemStatus): boolean {
  return ends.includes(status);
}

/** A stored code, which anybody may have altered: one that no ending has says that nobody can tell. */
export function storedProblem({ code, reason }: { readonly code: string; readonly reason: string }): ItemProblem {
  const known = Object.hasOwn(byCode, code) || code === 'ERR_REQUEST_FAILED';
  return problemOf({ code: known ? (code as SignErrorCode) : 'ERR_OUTCOME_UNKNOWN', message: reason });
}
