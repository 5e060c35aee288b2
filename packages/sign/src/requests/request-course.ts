import { type CallOptions, type Descriptor, type RequestBatch, SignError, type SigningFacts, type Stale } from '@securosys/core';
import { CourseDelivery, type Made } from './course-delivery.js';
import { CourseRecord, type RequestParts } from './course-record.js';
import { type Asking, PartOperations, type Signatures } from './part-operations.js';
import { signingTarget } from './request-identity.js';
import type { RequestEnding } from './request-record.js';
import type { CompleteOptions, ItemRequestState } from './request-state.js';
import type { TakenUp } from './take-up.js';

/**
 * One subject, one format, one key: from prepared bytes to the delivered signature, over as many processes as people need days. Each step
 * can be repeated; nothing is forgotten before {@link RequestCourse.forget}, so that several courses can be ended together.
 */
export class RequestCourse<T> {
  readonly id: string;
  readonly #record: CourseRecord<T>;
  readonly #operations: PartOperations;
  readonly #delivery: CourseDelivery<T>;
  #batch: RequestBatch | undefined;
  /** People had time: what was true when the subject was looked up has to be looked at again. */
  #waited = false;

  constructor(parts: RequestParts<T>) {
    this.#record = new CourseRecord(parts);
    this.#operations = new PartOperations(parts.signer);
    this.#delivery = new CourseDelivery(this.#record, this.#operations);
    this.id = this.#record.id;
  }

  get taken(): TakenUp {
    return this.#record.taken;
  }

  get parts(): RequestParts<T> {
    return this.#record.parts;
  }

  get facts(): readonly SigningFacts[] {
    return this.taken.prepared.parts.map((part) => part.facts);
  }

  get state(): ItemRequestState {
    return this.#operations.state(this.taken.prepared.parts);
  }

  /** SHA-256 of each message, hex. */
  get payloads(): readonly string[] {
    return this.#record.payloads;
  }

  /** Says which requests are decided on together with this one. */
  set batch(batch: RequestBatch) {
    this.#batch = batch;
  }

  /** Whether anything was asked by this run. */
  get begun(): boolean {
    return this.#operations.begun;
  }

  /** Asks nobody: all that can be wrong with the use of the key, and the judgement of every guard. */
  async judge(call: CallOptions): Promise<void> {
    await this.#operations.check(this.#asking, call);
  }

  /** Writes the record, or takes up the one that another run has written for the same thing. */
  async file(): Promise<void> {
    await this.#record.file();
  }

  async submit(call: CallOptions = {}): Promise<void> {
    if (!this.#operations.begun) await this.file();
    await this.#operations.begin(this.#asking, call);
    this.#waited ||= this.#operations.isOpen;
  }

  async refresh(call: CallOptions = {}): Promise<void> {
    await this.submit(call);
    await this.#operations.refresh(call);
  }

  /** One look at what was asked already. */
  async look(call: CallOptions): Promise<'all' | 'none' | 'lost'> {
    const found = await this.#operations.find(this.#asking, call);
    await this.#operations.refresh(call);
    return found;
  }

  /** Waits for people, at all parts at once. What it throws while they decide names this signing request and the broker's. */
  async signatures(options: CompleteOptions): Promise<Signatures> {
    this.#waited ||= this.#operations.isOpen;
    try {
      return await this.#operations.signatures(options);
    } catch (error) {
      throw this.named(error);
    }
  }

  /** Says of an error that people still decide which signing request it is about. */
  named(error: unknown): unknown {
    if (!SignError.is(error, 'ERR_APPROVAL_PENDING') || error.details.requestId === this.id) return error;
    return new SignError('ERR_APPROVAL_PENDING', `signing request ${this.id} waits for approvals`, {
      cause: error,
      details: { ...error.details, brokerRequestId: error.details.requestId, requestId: this.id },
    });
  }

  /** Why what was asked is not worth publishing any more, as far as can be told without the signature. */
  async outdated(call: CallOptions): Promise<Stale | undefined> {
    return this.#delivery.outdated(call);
  }

  /** Assembles, timestamps, checks that what was asked is still true, and delivers. The same signatures are delivered once. */
  async deliver(signatures: Signatures, call: CallOptions): Promise<T> {
    return this.give(await this.make(signatures, call), call);
  }

  /** Another run may have begun to deliver: it is looked for what came of that. */
  suspect(): void {
    this.#delivery.suspect();
  }

  /** All of delivering that nobody outside notices. */
  async make(signatures: Signatures, call: CallOptions): Promise<Made<T>> {
    return this.#delivery.make(signatures, this.#waited || this.#record.isOld, call);
  }

  /** Gives out what was made, and tells the guards where it went. */
  async give(made: Made<T>, call: CallOptions): Promise<T> {
    return this.#delivery.give(made, call);
  }

  /** What an earlier run has delivered, found where it says that it is. */
  async delivered(call: CallOptions): Promise<T | undefined> {
    return this.#delivery.delivered(call);
  }

  /** What another run has delivered, wherever it is. */
  async found(call: CallOptions): Promise<T | undefined> {
    return this.#delivery.found(call);
  }

  /** Notes where the signature went, for a next run that has more to do than this course. */
  async remember(signatures: readonly Descriptor[]): Promise<void> {
    await this.#record.remember(signatures);
  }

  /** Notes how it came to nothing, for a next run that has more to do than this course. */
  async end(ended: RequestEnding): Promise<void> {
    await this.#record.end(ended);
    await this.#operations.release();
  }

  /**
   * The record goes first: without it nobody takes this request up again, while what approvals have earned is still there. A part that people
   * still decide on stays known, so that asking again about the same bytes opens no second request.
   */
  async forget(): Promise<void> {
    await this.#record.forget();
    await this.#operations.release();
  }

  /**
   * Forgets what is over by the word of a larger request, which says so until all of it is forgotten. The record goes last: by it, whoever comes after a
   * crash finds what is left.
   */
  async clear(): Promise<void> {
    await this.#operations.release();
    await this.#record.forget();
  }

  async cancel(options: CallOptions): Promise<void> {
    await this.submit(options);
    await this.withdraw(options);
  }

  /** Withdraws what was asked, by this run or another: also what got no answer, for people may see it. */
  async withdraw(call: CallOptions): Promise<void> {
    await this.#operations.find(this.#asking, call, 'recover');
    await this.#operations.refresh(call);
    await this.#operations.cancel(call);
    await this.forget();
  }

  get #asking(): Asking {
    const { record, prepared } = this.taken;
    const { identity, claims } = record;
    const { payloads } = this;
    // Several signatures of one artifact are one decision, whoever asks for them.
    const batch = this.#batch ?? (payloads.length > 1 ? { id: this.id, payloads } : undefined);
    return { parts: prepared.parts, claims, target: signingTarget(identity), ...(batch && { batch }) };
  }
}
