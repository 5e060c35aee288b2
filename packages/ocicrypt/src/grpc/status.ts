import type { SignErrorCode } from '@securosys/core';

/** Status codes of gRPC that are used here, by name. */
export const grpcStatus = {
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unavailable: 14,
  unauthenticated: 16,
} as const;

const codes: Partial<Record<SignErrorCode, keyof typeof grpcStatus>> = {
  ERR_INVALID_ARGUMENT: 'invalidArgument',
  ERR_MALFORMED: 'invalidArgument',
  ERR_LIMIT: 'resourceExhausted',
  ERR_RATE_LIMITED: 'resourceExhausted',
  ERR_KEY_NOT_FOUND: 'notFound',
  ERR_AUTHENTICATION: 'unauthenticated',
  ERR_FORBIDDEN: 'permissionDenied',
  ERR_KEY_NOT_USABLE: 'permissionDenied',
  ERR_APPROVAL_REJECTED: 'permissionDenied',
  ERR_TIMEOUT: 'deadlineExceeded',
  ERR_APPROVAL_PENDING: 'failedPrecondition',
  ERR_NETWORK: 'unavailable',
  ERR_UNAVAILABLE: 'unavailable',
};

/** The status of a call that failed; the line says the rest. */
export const statusOf = (code: SignErrorCode | undefined): number => grpcStatus[(code && codes[code]) ?? 'unknown'];
