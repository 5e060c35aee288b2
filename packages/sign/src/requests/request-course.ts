import {
  type CallOptions,
  type Clock,
  type Descriptor,
  type FinishOptions,
  invalidArgument,
  type Operation,
  type OperationState,
  type PendingStore,
  SignError,
  type Signer,
  type Timestamper,
  type WaitOptions,
} from '@securosys/core';
import { requestFormat } from '../image-formats.js';
import { ownParts } from './own-parts.js';
import { requestId } from './request-identity.js';
import { recordKey, writeRecord } from './request-record.js';
import { type CompleteOptions, type SigningRequestState, worst } from './request-state.js';
import type { RequestTarget } from './request-target.js';
import { type TakenUp, takeUp } from './take-up.js';

/** What a signing request consists of. */
export interface RequestParts<T> extends TakenUp {
  readonly signer: Signer;
  readonly store: PendingStore;
  readonly clock: Clock;
  readonly target: RequestTarget<T>;
  readonly timestamper: Timestamper | undefined;
  /** Found in the store: it may be days old, and somebody else may end it meanwhile. */
  readonly stored: boolean;
}

/** Signatures by part id. */
export type Signatures = Readonly<Record<string, Uint8Array>>;

const decided = new Set([
  'ERR_APPROVAL_REJECTED',
  'ERR_APPROVAL_EXPIRED',
  'ERR_APPROVAL_CANCELLED',
  'ERR_REQUEST_FAILED',
  'ERR_REQUEST_STALE',
]);

const undecided = new Set<OperationState['status']>(['pending', 'approved']);

/** Whether asking again for the same request can come to nothing else: what is kept of it is of no use any more. */
export function isDecided(error: unknown): boolean {
  return SignError.is(error) && decided.has(error.code);
}

/**
 * One subject, one format, one key: from prepared bytes to the delivered signature, over as many processes as people need days. Each step
 * can be repeated; nothing is forgotten before {@link RequestCourse.forget}, so that several courses can be ended together.
 */
export class RequestCourse<T> {
  readonly id: string;
  readonly #parts: RequestParts<T>;
  /** What the store holds: another run may have been first with the same request. */
  #taken: TakenUp;
  readonly #operations = new Map<string, Operation<Uint8Array>>();
  /** People had time: what was true when the subject was looked up has to be looked at again. */
  #waited: boolean;
  /** Delivering was begun, and nobody knows how far it came. */
  #tried = false;

  constructor(parts: RequestParts<T>) {
    this.#parts = parts;
    this.#taken = parts;
    this.#waited = parts.stored;
    this.id = requestId(parts.record.identity);
  }

  get taken(): TakenUp {
    return this.#taken;
  }

  get state(): SigningRequestState {
    const parts = this.#taken.prepared.parts.map((part) => {
      const operation = this.#operations.get(part.id);
      const state: OperationState = operation?.state ?? { status: 'pending' };
      return { id: part.id, facts: part.facts, ...state, ...(operation?.id !== undefined && { requestId: operation.id }) };
    });
    return { status: worst(parts), parts };
  }

  async submit(options: CallOptions = {}): Promise<void> {
    if (this.#operations.size === 0) await this.#file();
    const { signer } = this.#parts;
    const { claims } = this.#taken.record;
    for (const { id, algorithm, input, domain, facts } of this.#taken.prepared.parts) {
      if (this.#operations.has(id)) continue;
      this.#operations.set(id, await signer.begin({ algorithm, input, domain, facts, claims }, options));
    }
  }

  async refresh(options: CallOptions = {}): Promise<void> {
    await this.submit(options);
    for (const operation of this.#operations.values()) await operation.refresh(options);
  }

  /** Waits for people, at all parts at once. What it throws while they decide names this signing request and the broker's. */
  async signatures(options: CompleteOptions): Promise<Signatures> {
    const { approvalTimeoutMs = Number.POSITIVE_INFINITY, onProgress, ...call } = options;
    const wait: WaitOptions = { ...call, timeoutMs: approvalTimeoutMs, ...(onProgress && { onProgress }) };
    const waited = await Promise.allSettled(
      [...this.#operations].map(async ([id, operation]) => {
        this.#waited ||= operation.state.status !== 'executed';
        return [id, await operation.result(wait)] as const;
      }),
    );
    const failures = waited.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    // What people decided against one part is known although they still decide on another.
    if (failures.length > 0) throw this.named(failures.find(isDecided) ?? failures[0]);
    return Object.fromEntries(waited.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
  }

  /** Says of an error that people still decide which signing request it is about. */
  named(error: unknown): unknown {
    if (!SignError.is(error, 'ERR_APPROVAL_PENDING') || error.details.requestId === this.id) return error;
    return new SignError('ERR_APPROVAL_PENDING', `signing request ${this.id} waits for approvals`, {
      cause: error,
      details: { ...error.details, brokerRequestId: error.details.requestId, requestId: this.id },
    });
  }

  /** Assembles, timestamps, checks that what was asked is still true, and delivers. The same signatures are delivered once. */
  async deliver(signatures: Signatures, call: CallOptions): Promise<T> {
    const { clock, target } = this.#parts;
    const { record, prepared, subject } = this.#taken;
    const before = await this.#deliveredBefore(call);
    if (before) return before;
    const { format } = requestFormat(record.identity.format);
    const assembled = prepared.assemble(signatures);
    const artifact = format.finish ? await format.finish(assembled, this.#finishing(call)) : assembled;
    const stale = format.check?.(artifact, clock.now());
    if (stale) this.#stale(stale.code, stale.reason);
    const moved = this.#waited ? await target.moved(subject, call) : undefined;
    if (moved !== undefined) this.#stale('subject-changed', moved);
    return target.deliver(artifact, subject, this.id, call);
  }

  /** Notes where the signature went, for a next run that has more to do than this course. */
  async remember(signatures: readonly Descriptor[]): Promise<void> {
    const { record } = this.#taken;
    const attached = signatures.map(({ mediaType, digest, size }) => ({ mediaType, digest, size }));
    await this.#parts.store.put(recordKey(this.id), writeRecord({ ...record, attached }), { ifNonce: record.nonce });
  }

  /** What an earlier run has delivered, found where it says that it is. Only a signature by our key over our very bytes counts (S30). */
  async delivered(call: CallOptions): Promise<T | undefined> {
    const { record, subject } = this.#taken;
    const own = ownParts(this.#taken, this.#parts.clock.now());
    if (!record.attached || !own) return undefined;
    return this.#parts.target.find?.(own, subject, this.id, call, record.attached);
  }

  /**
   * What a run that ended before it could say so has delivered. Nobody has to look where a broker has kept the signature and there is no
   * timestamp: the same signature is the same artifact. A key that signs at once signs anew, and a second timestamp is another one.
   */
  async #deliveredBefore(call: CallOptions): Promise<T | undefined> {
    const first = !this.#parts.stored && !this.#tried;
    this.#tried = true;
    const own = ownParts(this.#taken, this.#parts.clock.now());
    const isNew = [...this.#operations.values()].some(({ id }) => id === undefined);
    if (first || !(isNew || this.#taken.record.identity.timestamped) || !own) return undefined;
    return this.#parts.target.find?.(own, this.#taken.subject, this.id, call);
  }

  /**
   * The record goes first: without it nobody takes this request up again, while what approvals have earned is still there. A part that people
   * still decide on stays known, so that asking again about the same bytes opens no second request.
   */
  async forget(): Promise<void> {
    await this.#parts.store.delete(recordKey(this.id), { ifNonce: this.#taken.record.nonce });
    for (const operation of this.#operations.values()) if (!undecided.has(operation.state.status)) await operation.release();
  }

  async cancel(options: CallOptions): Promise<void> {
    await this.submit(options);
    for (const operation of this.#operations.values()) await operation.cancel(options);
    await this.forget();
  }

  /** Writes the record, or takes up the one that another run has written for the same thing: its bytes are the ones people decide on. */
  async #file(): Promise<void> {
    const { store, stored } = this.#parts;
    const key = recordKey(this.id);
    const { record } = this.#taken;
    if (!stored && (await store.put(key, writeRecord(record), { ifAbsent: true }))) return;
    const found = await store.get(key);
    if (!found || (stored && found.nonce !== record.nonce))
      throw new SignError('ERR_REQUEST_NOT_FOUND', `signing request ${this.id} was completed or cancelled by somebody else`, {
        details: { requestId: this.id },
      });
    this.#taken = takeUp(found, this.id, this.#parts.clock.now());
  }

  #finishing(call: CallOptions): FinishOptions {
    const { clock, timestamper } = this.#parts;
    const asked = this.#taken.record.identity.timestamped === true;
    if (asked && !timestamper) invalidArgument('this signing request demands a timestamp: give the timestamper');
    return { clock, ...(asked && timestamper && { timestamper }), ...(call.signal && { signal: call.signal }) };
  }

  #stale(reason: string, sentence: string): never {
    throw new SignError('ERR_REQUEST_STALE', `not attached: ${sentence}`, { details: { requestId: this.id, reason } });
  }
}
