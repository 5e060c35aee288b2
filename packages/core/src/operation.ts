import type { ApprovalProgress, RequestState } from './backend.js';
import type { JsonObject } from './json.js';
import type { CallOptions } from './options.js';

/**
 * How long approvals still count, reckoned here from the rules of the key and the moment at which this side made the request. The
 * backend decides by its own clock and by its own copy of the rules.
 */
export interface TimeEstimate {
  readonly source: 'local';
  /** Milliseconds since 1970: nothing is executed before. */
  readonly opensAt?: number;
  /** Milliseconds since 1970: nothing is executed from here on. */
  readonly closesAt?: number;
  /** Milliseconds to `closesAt`, never under zero. */
  readonly timeLeftMs?: number;
}

/** The state of an operation as people and programs read it; `executed` results are only given out by `result()`. */
export interface OperationState {
  readonly status: RequestState['status'];
  readonly approvals?: ApprovalProgress;
  readonly reason?: string;
  /** While people decide, and only when the rules of the key are known. */
  readonly estimate?: TimeEstimate;
}

/** `timeoutMs` bounds the waiting for people; each call underneath has the backend's own deadline. */
export interface WaitOptions extends CallOptions {
  /** Called after every look, or with every change where the backend watches its requests. */
  onProgress?: (state: OperationState) => void;
}

/**
 * One use of a key that may have to wait for people. Not thenable on purpose: handing it around waits for nothing.
 * Aborting a wait stops the waiting only; `cancel()` is the one call that touches the request.
 */
export interface Operation<T> {
  /** Id of the request at the backend, if there is one. */
  readonly id: string | undefined;
  /** As last seen; no I/O. */
  readonly state: OperationState;
  /** One look at the request, no waiting. */
  refresh(options?: CallOptions): Promise<OperationState>;
  /**
   * The result, or the reason why there is none, as far as it is known now; `undefined` while undecided. No I/O but that of checking
   * and filing a result, and of deleting a secret one at the backend.
   * @throws SignError `ERR_APPROVAL_REJECTED`, `_EXPIRED`, `_CANCELLED`, `ERR_REQUEST_FAILED`, `ERR_SIGNATURE_MISMATCH`
   */
  settled(options?: CallOptions): Promise<T | undefined>;
  /**
   * Says that the result is kept, or no longer wanted. Until then a later call for the same bytes finds this very request, so that a
   * crash between the result and its use costs nobody's approvals.
   */
  release(): Promise<void>;
  /**
   * Waits for the result. Operations of a backend that watches its requests share its calls; others look by themselves, with delays
   * that grow from 1 s to 30 s, with jitter.
   * @throws SignError `ERR_APPROVAL_PENDING` with `details.requestId` (and the same as `details.brokerRequestId`) when `timeoutMs`
   * ran out while people decide, and those of {@link Operation.settled}; `signal.reason` when aborted
   */
  result(options?: WaitOptions): Promise<T>;
  /** Every state as it changes, until the request has ended. */
  updates(options?: CallOptions): AsyncGenerator<OperationState, void, void>;
  /** Withdraws the request at the backend. */
  cancel(options?: CallOptions): Promise<void>;
  /** What a later process needs to find this request again. No secrets, no payload. */
  toJSON(): JsonObject;
}
