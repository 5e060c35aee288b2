import type { CallOptions, OperationState, SigningFacts } from '@securosys/core';

/** How long and how visibly `complete` waits. Aborting `signal` stops the waiting only. */
export interface CompleteOptions extends CallOptions {
  /** How long to wait for people, in milliseconds. Default: until they have decided. */
  approvalTimeoutMs?: number;
  /** Called after every look at a request. */
  onProgress?: (state: OperationState) => void;
}

/** Where a signing request stands, over all its parts. */
export interface ItemRequestState {
  readonly status: OperationState['status'];
  /** By part: a format may need several signatures for one artifact. */
  readonly parts: readonly (OperationState & {
    readonly id: string;
    readonly requestId?: string;
    readonly facts: SigningFacts;
  })[];
}

const order: readonly OperationState['status'][] = [
  'failed',
  'rejected',
  'expired',
  'cancelled',
  'pending',
  'approved',
  'executed',
];

/** The state that decides: what went wrong first, then what is not done yet. */
export function worst(parts: readonly { readonly status: OperationState['status'] }[]): OperationState['status'] {
  return order.find((status) => parts.some((part) => part.status === status)) ?? 'pending';
}
