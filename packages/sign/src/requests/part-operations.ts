import {
  type CallOptions,
  type Claims,
  type Operation,
  type OperationState,
  type PreparedPart,
  pendingKey,
  type RequestBatch,
  type Signer,
  type SigningTarget,
  type SignRequest,
  sha256Hex,
  type WaitOptions,
} from '@securosys/core';
import { isDecided, isUndecided } from './decided.js';
import type { CompleteOptions, ItemRequestState } from './request-state.js';
import { worst } from './request-state.js';

/** Signatures by part id. */
export type Signatures = Readonly<Record<string, Uint8Array>>;

/** What every part of a request is asked for with. */
export interface Asking {
  readonly parts: readonly PreparedPart[];
  readonly claims: Claims;
  readonly target: SigningTarget;
  readonly batch?: RequestBatch;
}

/** One use of the key for each part of what is to be signed. */
export class PartOperations {
  readonly #signer: Signer;
  readonly #operations = new Map<string, Operation<Uint8Array>>();

  constructor(signer: Signer) {
    this.#signer = signer;
  }

  get begun(): boolean {
    return this.#operations.size > 0;
  }

  /** Whether the backend answered one of them at once: nobody can fetch that answer a second time. */
  get isNew(): boolean {
    return [...this.#operations.values()].some(({ id }) => id === undefined);
  }

  state(parts: readonly PreparedPart[]): ItemRequestState {
    const states = parts.map((part) => {
      const operation = this.#operations.get(part.id);
      const state: OperationState = operation?.state ?? { status: 'pending' };
      return { id: part.id, facts: part.facts, ...state, ...(operation?.id !== undefined && { requestId: operation.id }) };
    });
    return { status: worst(states), parts: states };
  }

  /** All that is checked before the backend is asked, and the judgement of every guard. */
  async check(asking: Asking, call: CallOptions): Promise<void> {
    for (const part of asking.parts) await this.#signer.check(requestOf(part, asking), call);
  }

  async begin(asking: Asking, call: CallOptions): Promise<void> {
    for (const part of asking.parts)
      if (!this.#operations.has(part.id)) this.#operations.set(part.id, await this.#signer.begin(requestOf(part, asking), call));
  }

  /**
   * Takes up what the store knows of each part, and asks for nothing.
   * @param lost `recover`: what was asked and got no answer is looked for at the backend, and asked for once more if it is not there
   * @returns `none`: a part was not asked for, or its end is forgotten; `lost`: one was asked for, and what became of it is not known
   */
  async find(asking: Asking, call: CallOptions, lost: 'leave' | 'recover' = 'leave'): Promise<'all' | 'none' | 'lost'> {
    const { backend, store } = this.#signer;
    const key = await this.#signer.describe(call);
    let found: 'all' | 'none' | 'lost' = 'all';
    for (const part of asking.parts) {
      const { id, algorithm, input, domain } = part;
      if (this.#operations.has(id)) continue;
      const inputSha256 = sha256Hex(input.message);
      const operation = { kind: 'sign', key: key.ref, algorithm, input } as const;
      const record = await store.get(pendingKey({ backend: backend.id, key, domain, operation, inputSha256 }));
      const isKnown = typeof record?.requestId === 'string' || (record && lost === 'recover');
      if (isKnown) this.#operations.set(id, await this.#signer.begin(requestOf(part, asking), call));
      else if (record) found = 'lost';
      else if (found === 'all') found = 'none';
    }
    return found;
  }

  async refresh(call: CallOptions): Promise<void> {
    for (const operation of this.#operations.values()) await operation.refresh(call);
  }

  /** Whether a part is not signed yet. */
  get isOpen(): boolean {
    return [...this.#operations.values()].some(({ state }) => state.status !== 'executed');
  }

  /** Waits for people, at all parts at once. What people decided against one part is thrown although they still decide on another. */
  async signatures({ approvalTimeoutMs = Number.POSITIVE_INFINITY, onProgress, ...call }: CompleteOptions): Promise<Signatures> {
    const wait: WaitOptions = { ...call, timeoutMs: approvalTimeoutMs, ...(onProgress && { onProgress }) };
    const waited = await Promise.allSettled(
      [...this.#operations].map(async ([id, operation]) => [id, await operation.result(wait)] as const),
    );
    const failures = waited.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    if (failures.length > 0) throw failures.find(isDecided) ?? failures[0];
    return Object.fromEntries(waited.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
  }

  /** A part that people still decide on stays known, so that asking again about the same bytes opens no second request. */
  async release(): Promise<void> {
    for (const operation of this.#operations.values()) if (!isUndecided(operation.state)) await operation.release();
  }

  async cancel(call: CallOptions): Promise<void> {
    for (const operation of this.#operations.values()) await operation.cancel(call);
  }
}

function requestOf({ algorithm, input, domain, facts }: PreparedPart, { claims, target, batch }: Asking): SignRequest {
  return { algorithm, input, ...(domain !== undefined && { domain }), facts, claims, target, ...(batch && { batch }) };
}
