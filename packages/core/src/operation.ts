import type { ApprovalProgress, KeyBackend, RequestState } from './backend.js';
import { type Clock, systemClock } from './clock.js';
import { invalidArgument, SignError, type SignErrorCode } from './errors.js';
import type { JsonObject } from './json.js';
import type { CallOptions } from './options.js';

/** The state of an operation as people and programs read it; `executed` results are only given out by `result()`. */
export interface OperationState {
  readonly status: RequestState['status'];
  readonly approvals?: ApprovalProgress;
  readonly reason?: string;
}

/** `timeoutMs` bounds the waiting for people; each call underneath has the backend's own deadline. */
export interface WaitOptions extends CallOptions {
  /** Called after every look. */
  onProgress?: (state: OperationState) => void;
}

/** What an {@link Operation} is made of. Formats and façades build it; callers get the operation. */
export interface OperationSetup<T> {
  readonly backend: KeyBackend;
  /** The request at the backend; absent when the backend answered at once. */
  readonly id?: string;
  readonly initial: RequestState;
  /** Turns the fetched bytes into the result; throws when they are not what was asked for. Called once. */
  readonly accept: (result: Uint8Array, options: CallOptions) => Promise<T>;
  /** Forgets the record of the request: when it ended without a result, or when `release` says that the result is kept. */
  readonly forget?: () => Promise<void>;
  /** What a later process needs to find this operation again. No secrets. */
  readonly json: JsonObject;
  readonly clock?: Clock;
  /** Uniform in [0, 1), for jitter. */
  readonly random?: () => number;
}

const endings: Readonly<Record<'rejected' | 'expired' | 'cancelled' | 'failed', SignErrorCode>> = {
  rejected: 'ERR_APPROVAL_REJECTED',
  expired: 'ERR_APPROVAL_EXPIRED',
  cancelled: 'ERR_APPROVAL_CANCELLED',
  failed: 'ERR_REQUEST_FAILED',
};

const statuses: readonly RequestState['status'][] = [
  'pending',
  'approved',
  'executed',
  'rejected',
  'expired',
  'cancelled',
  'failed',
];
const firstDelayMs = 1_000;
const longestDelayMs = 30_000;

/**
 * One use of a key that may have to wait for people. Not thenable on purpose: handing it around waits for nothing.
 * Aborting a wait stops the waiting only; `cancel()` is the one call that touches the request.
 */
export class Operation<T> {
  readonly #setup: OperationSetup<T>;
  #state: RequestState;
  #accepted: Promise<T> | undefined;
  #released = false;

  constructor(setup: OperationSetup<T>) {
    this.#setup = setup;
    this.#state = setup.initial;
  }

  /** Id of the request at the backend, if there is one. */
  get id(): string | undefined {
    return this.#setup.id;
  }

  /** As last seen; no I/O. */
  get state(): OperationState {
    const { status, approvals } = this.#state;
    const reason = 'reason' in this.#state ? this.#state.reason : undefined;
    return { status, ...(approvals && { approvals }), ...(reason !== undefined && { reason }) };
  }

  /** One look at the request, no waiting. */
  async refresh(options: CallOptions = {}): Promise<OperationState> {
    const { backend, id } = this.#setup;
    if (id !== undefined && (this.#state.status === 'pending' || this.#state.status === 'approved')) {
      if (!backend.poll)
        throw new SignError('ERR_CAPABILITY_MISSING', `backend '${backend.id}' has requests but cannot poll them`);
      const state = await backend.poll(id, options);
      if (!statuses.includes(state?.status) || (state.status === 'executed' && !(state.result instanceof Uint8Array)))
        throw new SignError('ERR_PROTOCOL', `backend '${backend.id}' answered poll with no state of a request`);
      this.#state = state;
    }
    return this.state;
  }

  /**
   * The result, or the reason why there is none, as far as it is known now; `undefined` while undecided. No I/O but that of
   * checking and filing a result.
   * @throws SignError `ERR_APPROVAL_REJECTED`, `_EXPIRED`, `_CANCELLED`, `ERR_REQUEST_FAILED`, `ERR_SIGNATURE_MISMATCH`
   */
  async settled(options: CallOptions = {}): Promise<T | undefined> {
    const state = this.#state;
    switch (state.status) {
      case 'pending':
      case 'approved':
        return undefined;
      case 'executed':
        this.#accepted ??= this.#setup.accept(state.result, options);
        return this.#accepted;
      default: {
        await this.release();
        const why = state.reason === undefined ? '' : `: ${state.reason}`;
        throw new SignError(endings[state.status], `the request was ${state.status}${why}`, {
          details: { ...(this.id !== undefined && { requestId: this.id }) },
        });
      }
    }
  }

  /**
   * Says that the result is kept, or no longer wanted. Until then a later call for the same bytes finds this very request, so
   * that a crash between the result and its use costs nobody's approvals.
   */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await this.#setup.forget?.();
  }

  /**
   * Waits for the result. Delays grow from 1 s to 30 s with jitter.
   * @throws SignError `ERR_APPROVAL_PENDING` with `details.requestId` when `timeoutMs` ran out while people decide, and those of
   * {@link Operation.settled}; `signal.reason` when aborted
   */
  async result(options: WaitOptions = {}): Promise<T> {
    const { clock = systemClock } = this.#setup;
    const { timeoutMs = Number.POSITIVE_INFINITY, signal, onProgress } = options;
    if (typeof timeoutMs !== 'number' || Number.isNaN(timeoutMs)) invalidArgument('timeoutMs is not a number of milliseconds');
    // The deadline is that of the waiting; one look has the backend's own.
    const look: CallOptions = { ...(signal && { signal }), ...(options.logger && { logger: options.logger }) };
    const deadline = clock.now() + timeoutMs;
    for (let looks = 0; ; looks++) {
      signal?.throwIfAborted();
      const result = await this.settled(look);
      if (result !== undefined) return result;
      const left = deadline - clock.now();
      if (left <= 0) throw this.#pending();
      const state = await this.#lookAgain(looks, left, look);
      if (state) onProgress?.(state);
    }
  }

  /** Waits a little longer each time, then looks. `undefined`: this look failed for a moment, the next may not. */
  async #lookAgain(looks: number, atMostMs: number, options: CallOptions): Promise<OperationState | undefined> {
    const { clock = systemClock, random = Math.random } = this.#setup;
    const delay = Math.min(firstDelayMs * 1.6 ** Math.min(looks, 20), longestDelayMs) * (0.75 + random() / 2);
    await clock.sleep(Math.ceil(Math.min(atMostMs, delay)), options.signal);
    try {
      return await this.refresh(options);
    } catch (error) {
      // Losing people's approvals to a network hiccup would be the worst outcome of all: a look is repeated, never the request.
      if (!SignError.is(error) || !error.retryable) throw error;
      options.logger?.warn('a look at the request failed and will be repeated', { requestId: this.id, code: error.code });
      return undefined;
    }
  }

  #pending(): SignError {
    return new SignError('ERR_APPROVAL_PENDING', `request ${this.id} waits for approvals`, {
      retryable: true,
      details: {
        ...(this.id !== undefined && { requestId: this.id }),
        ...(this.#state.approvals && { approvals: this.#state.approvals }),
      },
    });
  }

  /** Every state as it changes, until the request has ended. */
  async *updates(options: CallOptions = {}): AsyncGenerator<OperationState, void, void> {
    let last = '';
    for (let looks = 0; ; looks++) {
      const text = JSON.stringify(this.state);
      if (text !== last) yield this.state;
      last = text;
      if (this.#state.status !== 'pending' && this.#state.status !== 'approved') return;
      await this.#lookAgain(looks, longestDelayMs * 2, options);
    }
  }

  /** Withdraws the request at the backend. */
  async cancel(options: CallOptions = {}): Promise<void> {
    const { backend, id } = this.#setup;
    if (id === undefined || (this.#state.status !== 'pending' && this.#state.status !== 'approved')) return;
    if (!backend.cancel) throw new SignError('ERR_CAPABILITY_MISSING', `backend '${backend.id}' cannot cancel requests`);
    await backend.cancel(id, options);
    this.#state = { status: 'cancelled', ...(this.#state.approvals && { approvals: this.#state.approvals }) };
    await this.release();
  }

  toJSON(): JsonObject {
    return this.#setup.json;
  }
}
