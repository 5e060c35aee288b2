import type { CallOptions, Descriptor, JsonObject, RequestBatch } from '@securosys/core';
import type { Oci } from '@securosys/oci';
import type { Made } from './course-delivery.js';
import { itemView } from './course-item-view.js';
import type { Placed } from './index-order.js';
import { type ItemProblem, storedProblem } from './item-status.js';
import type { Signatures } from './part-operations.js';
import { renewedCourse } from './renew-course.js';
import type { RequestCourse } from './request-course.js';
import { writtenRepositories } from './request-identity.js';
import { writeRecord } from './request-record.js';
import type { CompleteOptions } from './request-state.js';
import type { CompletedItem, RequestItem, RequestItemKind } from './request-types.js';
import type { WorkItem } from './work-item.js';

/** What makes an item of a course. */
export interface CourseItemOptions<T> {
  readonly kind: RequestItemKind;
  complete(id: string, given: T): CompletedItem;
  attached(given: T): readonly Descriptor[];
  /** Whether an earlier run has submitted it. */
  readonly submitted: boolean;
  /** It stands alone: how it came to nothing is not noted for others. */
  readonly alone: boolean;
}

/** Something that is signed, as an item of a request. */
export class CourseItem<T> implements WorkItem {
  readonly #course: RequestCourse<T>;
  readonly #options: CourseItemOptions<T>;
  #done: { readonly item: CompletedItem; readonly attached: readonly Descriptor[] } | undefined;
  #problem: ItemProblem | undefined;
  #ended: ItemProblem | undefined;
  #signatures: Signatures | undefined;
  #made: Made<T> | undefined;
  #waited: boolean;
  /** An earlier run has noted where it is. */
  #noted = false;

  constructor(course: RequestCourse<T>, options: CourseItemOptions<T>) {
    this.#course = course;
    this.#options = options;
    this.#waited = options.submitted;
    const { ended } = course.taken.record;
    if (ended) this.#ended = storedProblem(ended);
  }

  get id(): string {
    return this.#course.id;
  }

  get nonce(): string {
    return this.#course.taken.record.nonce;
  }

  get done(): CompletedItem | undefined {
    return this.#done?.item;
  }

  get ended(): ItemProblem | undefined {
    return this.#ended;
  }

  get waited(): boolean {
    return this.#waited;
  }

  get repositories(): readonly string[] {
    return writtenRepositories(this.#course.taken.record.identity);
  }

  get place(): Placed {
    return this.#course.taken.record.identity;
  }

  get payloads(): readonly string[] {
    return this.#course.payloads;
  }

  view(): RequestItem {
    const { kind, submitted } = this.#options;
    return itemView(this.#course, {
      kind,
      submitted,
      done: this.#done?.attached,
      problem: this.#ended ?? this.#problem,
      isSigned: this.#signatures !== undefined,
    });
  }

  note(problem: ItemProblem | undefined): void {
    this.#problem = problem;
  }

  bind(batch: RequestBatch): void {
    this.#course.batch = batch;
  }

  async judge(call: CallOptions): Promise<void> {
    await this.#course.judge(call);
  }

  async file(): Promise<void> {
    await this.#course.file();
  }

  async submit(call: CallOptions): Promise<void> {
    // What was asked by this run before may have been decided since.
    if (this.#course.begun) await this.#course.refresh(call);
    else await this.#course.submit(call);
    this.#problem = undefined;
    this.#waited ||= this.#course.state.status !== 'executed';
  }

  async look(call: CallOptions): Promise<void> {
    if (await this.#delivered(call)) return;
    const found = await this.#course.look(call);
    if (found === 'lost') {
      const reason = 'something was asked of the backend, and what became of it is not known yet';
      this.#problem = { status: 'unknown', code: 'ERR_OUTCOME_UNKNOWN', reason };
      return;
    }
    this.#problem = undefined;
    const stale = await this.#course.outdated(call);
    if (stale) this.#problem = { status: 'stale', code: 'ERR_REQUEST_STALE', reason: stale.reason };
  }

  async wait(options: CompleteOptions): Promise<void> {
    this.#signatures = await this.#course.signatures(options);
    this.#problem = undefined;
  }

  suspect(): void {
    this.#course.suspect();
  }

  async make(call: CallOptions): Promise<void> {
    if (await this.#delivered(call)) return;
    this.#made = await this.#course.make(this.#signatures ?? {}, call);
  }

  async give(call: CallOptions): Promise<void> {
    if (this.#done || !this.#made) return;
    const given = await this.#course.give(this.#made, call);
    this.#finish(given);
    const attached = this.#options.attached(given);
    if (attached.length > 0) await this.#course.remember(attached);
  }

  async recover(call: CallOptions): Promise<void> {
    const found = this.#done ? undefined : await this.#course.found(call);
    if (found) this.#finish(found);
  }

  async end(problem: ItemProblem): Promise<void> {
    this.#ended = problem;
    const { code, reason } = problem;
    if (this.#options.alone) await this.#course.forget();
    else await this.#course.end({ code, reason });
  }

  async forget(call: CallOptions): Promise<void> {
    // Attached by a call for several manifests, which goes on to need its record.
    if (this.#options.alone && this.#noted) return;
    // An earlier run may have asked: what the store knows of that is of no use any more.
    if (!this.#course.begun) await this.#course.look(call);
    await (this.#options.alone ? this.#course.forget() : this.#course.clear());
  }

  async withdraw(call: CallOptions): Promise<void> {
    await this.#course.withdraw(call);
  }

  async renew(oci: Oci, call: CallOptions): Promise<WorkItem> {
    const again = { again: `asked before: ${this.view().status}` };
    const course = await renewedCourse(this.#course, { oci, claims: again }, call);
    return new CourseItem(course, { ...this.#options, submitted: false });
  }

  toJSON(): JsonObject {
    const { attached: _, ended: __, ...record } = this.#course.taken.record;
    return writeRecord(record);
  }

  async #delivered(call: CallOptions): Promise<boolean> {
    if (this.#done) return true;
    const delivered = await this.#course.delivered(call);
    if (delivered) {
      this.#finish(delivered);
      this.#noted = true;
    }
    return delivered !== undefined;
  }

  /** What was needed to come here is needed no more: a request of a thousand items holds no thousand envelopes. */
  #finish(given: T): void {
    this.#done = { item: this.#options.complete(this.id, given), attached: this.#options.attached(given) };
    this.#problem = undefined;
    this.#signatures = undefined;
    this.#made = undefined;
  }
}
