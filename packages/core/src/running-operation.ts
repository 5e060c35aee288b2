import { type Act, type ActContext, type ActEnding, actJson, actKey } from './act.js';
import type { RequestState } from './backend.js';
import { invalidArgument, SignError, type SignErrorCode, type SignErrorDetails } from './errors.js';
import type { JsonObject } from './json.js';
import { isOpen, look, lookAgain } from './look-again.js';
import type { Operation, OperationState, WaitOptions } from './operation.js';
import type { CallOptions } from './options.js';
import { timeEstimate } from './time-estimate.js';

/** Where an operation starts from. */
export interface Beginning {
  /** The request at the backend; absent when the backend answered at once. */
  readonly id?: string;
  readonly initial: RequestState;
  /** When this side made the request, milliseconds since 1970; absent when nobody here remembers. */
  readonly createdAt?: number;
  /** Of the record to forget in the end. */
  readonly nonce?: string;
}

const endings: Readonly<Record<'rejected' | 'expired' | 'cancelled' | 'failed', SignErrorCode>> = {
  rejected: 'ERR_APPROVAL_REJECTED',
  expired: 'ERR_APPROVAL_EXPIRED',
  cancelled: 'ERR_APPROVAL_CANCELLED',
  failed: 'ERR_REQUEST_FAILED',
};

const retryable = (error: unknown): error is SignError => SignError.is(error) && error.retryable;
/** Options of one look: the deadline of the waiting is not that of a look, which has the backend's own. */
const lookOf = ({ signal, logger }: CallOptions): CallOptions => ({ ...(signal && { signal }), ...(logger && { logger }) });

/** The part of an act that is needed once its request exists: whoever waits for thousands keeps no more than this. */
type Kept<T> = Pick<Act<T>, 'port' | 'identity' | 'accept' | 'secret' | 'windows' | 'recorded' | 'ended'>;

class RunningOperation<T> implements Operation<T> {
  readonly #act: Kept<T>;
  readonly #context: ActContext;
  readonly #beginning: Omit<Beginning, 'initial'>;
  #state: RequestState;
  #accepted: Promise<T> | undefined;
  #deleted: Promise<void> | undefined;
  #told: Promise<void> | undefined;
  #released = false;

  constructor(act: Act<T>, context: ActContext, { initial, ...beginning }: Beginning) {
    const { port, identity, accept, secret, windows, recorded, ended } = act;
    const kept = { ...(secret && { secret }), ...(windows && { windows }), ...(ended && { ended }) };
    this.#act = { port, identity, accept, recorded, ...kept };
    this.#context = context;
    this.#beginning = beginning;
    this.#state = initial;
  }

  get id(): string | undefined {
    return this.#beginning.id;
  }

  get state(): OperationState {
    const { status, approvals } = this.#state;
    const reason = 'reason' in this.#state ? this.#state.reason : undefined;
    const { createdAt } = this.#beginning;
    const { windows = [] } = this.#act;
    const estimate = isOpen(this.#state) ? timeEstimate(windows, createdAt, this.#context.clock.now()) : undefined;
    return {
      status,
      ...(approvals && { approvals }),
      ...(reason !== undefined && { reason }),
      ...(estimate && { estimate }),
    };
  }

  async refresh(options: CallOptions = {}): Promise<OperationState> {
    const { id } = this;
    if (id !== undefined && isOpen(this.#state)) this.#state = await look(this.#act.port, id, options);
    return this.state;
  }

  async settled(options: CallOptions = {}): Promise<T | undefined> {
    const state = this.#state;
    switch (state.status) {
      case 'pending':
      case 'approved':
        return undefined;
      case 'executed': {
        this.#accepted ??= this.#accept(state.result, options);
        const result = await this.#accepted.catch(async (error: unknown) => {
          // What is not what was looked for is somebody's secret all the same.
          if (!retryable(error)) await this.#deleteSecret(options);
          if (SignError.is(error) && !error.retryable) await this.#tell({ error });
          throw error;
        });
        await this.#deleteSecret(options);
        await this.#tell({ result });
        return result;
      }
      default: {
        const error = this.#ending(state);
        await this.#tell({ error });
        await this.release();
        throw error;
      }
    }
  }

  #ending({ status, reason }: { readonly status: keyof typeof endings; readonly reason?: string }): SignError {
    const why = reason === undefined ? '' : `: ${reason}`;
    return new SignError(endings[status], `the request was ${status}${why}`, { details: this.#ids() });
  }

  /** Once, unless it throws. What a backend did at once is told by who began it. */
  async #tell(ending: Pick<ActEnding<T>, 'result' | 'error'>): Promise<void> {
    const { id: requestId } = this;
    const { ended } = this.#act;
    if (requestId === undefined || !ended) return;
    const { approvals } = this.#state;
    this.#told ??= ended({ requestId, ...(approvals && { approvals }), ...ending });
    try {
      await this.#told;
    } catch (error) {
      this.#told = undefined;
      throw error;
    }
  }

  /** What could not be checked for a moment is checked again by the next call. */
  async #accept(result: Uint8Array, options: CallOptions): Promise<T> {
    try {
      return await this.#act.accept(result, options);
    } catch (error) {
      if (retryable(error)) this.#accepted = undefined;
      throw error;
    }
  }

  /** A secret result is not given out while its copy waits at the backend for whoever may read it (S14). */
  async #deleteSecret(options: CallOptions): Promise<void> {
    const { id } = this;
    if (!this.#act.secret || id === undefined) return;
    const remove = async () => {
      await this.#act.port.cancel?.(id, lookOf(options));
      await this.release();
    };
    this.#deleted ??= remove();
    try {
      await this.#deleted;
    } catch (error) {
      this.#deleted = undefined;
      throw error;
    }
  }

  async release(): Promise<void> {
    if (this.#released) return;
    const { nonce } = this.#beginning;
    const { port, identity } = this.#act;
    if (nonce !== undefined) await this.#context.store.delete(actKey(port.id, identity), { ifNonce: nonce });
    this.#released = true;
  }

  async result(options: WaitOptions = {}): Promise<T> {
    const { clock } = this.#context;
    const { timeoutMs = Number.POSITIVE_INFINITY, signal, onProgress } = options;
    if (typeof timeoutMs !== 'number' || Number.isNaN(timeoutMs)) invalidArgument('timeoutMs is not a number of milliseconds');
    const each = lookOf(options);
    const deadline = clock.now() + timeoutMs;
    for (let looks = 0; ; looks++) {
      signal?.throwIfAborted();
      const result = await this.settled(each);
      if (result !== undefined) return result;
      const left = deadline - clock.now();
      if (left <= 0) throw this.#pending();
      const state = await this.#lookAgain(looks, left, each);
      if (state) onProgress?.(state);
    }
  }

  /** Waits, then looks. `undefined`: this look failed for a moment, the next may not. */
  async #lookAgain(looks: number, atMostMs: number, options: CallOptions): Promise<OperationState | undefined> {
    const { id } = this;
    if (id === undefined) return this.state;
    const state = await lookAgain(this.#act.port, this.#context, { id, known: () => this.#state }, { looks, atMostMs }, options);
    if (state === undefined) return undefined;
    this.#state = state;
    return this.state;
  }

  /** Both names: a program that reads `brokerRequestId` need not know whether a signing request stands above this one. */
  #ids(): SignErrorDetails {
    return this.id === undefined ? {} : { requestId: this.id, brokerRequestId: this.id };
  }

  #pending(): SignError {
    return new SignError('ERR_APPROVAL_PENDING', `request ${this.id} waits for approvals`, {
      retryable: true,
      details: {
        ...this.#ids(),
        ...(this.#state.approvals && { approvals: this.#state.approvals }),
      },
    });
  }

  async *updates(options: CallOptions = {}): AsyncGenerator<OperationState, void, void> {
    let last = '';
    for (let looks = 0; ; looks++) {
      // An estimate changes with every moment; that is no news.
      const { estimate: _, ...state } = this.state;
      const text = JSON.stringify(state);
      if (text !== last) yield this.state;
      last = text;
      if (!isOpen(this.#state)) return;
      await this.#lookAgain(looks, Number.POSITIVE_INFINITY, lookOf(options));
    }
  }

  async cancel(options: CallOptions = {}): Promise<void> {
    const { port } = this.#act;
    const { id } = this;
    if (id === undefined || !isOpen(this.#state)) return;
    if (!port.cancel) throw new SignError('ERR_CAPABILITY_MISSING', `backend '${port.id}' cannot cancel requests`);
    await port.cancel(id, options);
    const cancelled = { status: 'cancelled', ...(this.#state.approvals && { approvals: this.#state.approvals }) } as const;
    this.#state = cancelled;
    await this.#tell({ error: this.#ending(cancelled) });
    await this.release();
  }

  toJSON(): JsonObject {
    return actJson(this.#act, this.id, this.#beginning.createdAt);
  }
}

/** An operation over a request, or over the answer that a backend gave at once. */
export function createOperation<T>(act: Act<T>, context: ActContext, beginning: Beginning): Operation<T> {
  return new RunningOperation(act, context, beginning);
}
