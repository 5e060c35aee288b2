import { type CallOptions, type Clock, type JsonObject, knownOptions, type PendingStore, SignError } from '@securosys/core';
import { forMany } from '../for-many.js';
import { isDecided } from './decided.js';
import { InFlight } from './in-flight.js';
import { problemOf, worstStatus } from './item-status.js';
import { Lease } from './lease.js';
import { mostInFlight, PublishRun } from './publish-items.js';
import { firstFailure, requestFailure } from './request-failure.js';
import { requestFileJson } from './request-file-json.js';
import type { RequestRegister } from './request-register.js';
import type {
  CompletedItem,
  CompletedRequest,
  CompleteRequestOptions,
  RequestItem,
  SigningRequest,
  SigningRequestState,
} from './request-types.js';
import { assertAllowed } from './targets.js';
import type { WorkItem } from './work-item.js';

/** What a request consists of. */
export interface RequestContents {
  readonly register: RequestRegister;
  readonly items: readonly WorkItem[];
  readonly store: PendingStore;
  readonly clock: Clock;
  /** Where may be published; `undefined`: everywhere. */
  readonly targets: readonly string[] | undefined;
  /** Prepares anew what came to nothing. */
  again(call: CallOptions): Promise<SigningRequest>;
}

const callNames = ['signal', 'timeoutMs', 'logger'];
const completeNames = ['approvalTimeoutMs', 'onProgress', ...callNames];

/** A signing request of any number of items. */
export class RunningRequest implements SigningRequest {
  readonly id: string;
  readonly #contents: RequestContents;
  readonly #inFlight = new InFlight(mostInFlight);
  readonly #lease: Lease;
  #completed: Promise<CompletedRequest> | undefined;

  constructor(contents: RequestContents) {
    this.#contents = contents;
    this.id = contents.register.id;
    this.#lease = new Lease(contents.store, contents.clock, this.id);
  }

  get items(): readonly RequestItem[] {
    return this.#contents.items.map((item) => item.view());
  }

  get state(): SigningRequestState {
    const { items } = this;
    return { status: worstStatus(items), items };
  }

  async submit(options: CallOptions = {}): Promise<SigningRequestState> {
    knownOptions('submit', options, callNames);
    const call = forMany(options);
    await this.#begin(call);
    await this.#overOpen((item) => item.submit(call));
    return this.state;
  }

  async refresh(options: CallOptions = {}): Promise<SigningRequestState> {
    knownOptions('refresh', options, callNames);
    const call = forMany(options);
    if (this.#contents.register.submitted) await this.#overOpen((item) => item.look(call));
    return this.state;
  }

  async complete(options: CompleteRequestOptions = {}): Promise<CompletedRequest> {
    knownOptions('complete', options, completeNames);
    if (this.#completed) return this.#completed;
    const completed = this.#complete(forMany(options));
    this.#completed = completed;
    completed.catch(() => {
      this.#completed = undefined;
    });
    return completed;
  }

  async cancel(options: CallOptions = {}): Promise<void> {
    knownOptions('cancel', options, callNames);
    const { items, register } = this.#contents;
    await register.end('cancelled');
    const call = forMany(options);
    await this.#inFlight.all(items, (item) => item.withdraw(call));
    await register.close('cancelled');
  }

  async reprepare(options: CallOptions = {}): Promise<SigningRequest> {
    knownOptions('reprepare', options, callNames);
    return this.#contents.again(options);
  }

  toJSON(): JsonObject {
    const { register, items } = this.#contents;
    return requestFileJson(
      this.id,
      register.outline,
      items.map((item) => item.toJSON()),
    );
  }

  get #undone(): readonly WorkItem[] {
    return this.#contents.items.filter(({ done }) => !done);
  }

  get #open(): readonly WorkItem[] {
    return this.#undone.filter(({ ended }) => !ended);
  }

  /** All that comes before anything is sent. */
  async #begin(call: CallOptions): Promise<void> {
    const { register } = this.#contents;
    const replaces = await register.check();
    this.#bind();
    this.#assertOpen(this.#open);
    await this.#overOpen((item) => item.judge(call));
    await this.#overOpen((item) => item.file(call));
    // Another run may have been first with an item: its bytes are those that people decide on.
    this.#bind();
    await register.write(replaces);
  }

  #bind(): void {
    const { register, items } = this.#contents;
    if (register.isAlone) return;
    const payloads = items.flatMap((item) => item.payloads);
    const batch = { id: this.id, payloads };
    for (const item of items) item.bind(batch);
  }

  /** Whether the time and the targets allow it. */
  #assertOpen(items: readonly WorkItem[]): void {
    const { register, targets, clock } = this.#contents;
    const { expiresAt } = register.outline;
    if (expiresAt !== undefined && clock.now() >= expiresAt)
      throw new SignError('ERR_APPROVAL_EXPIRED', `the time of signing request ${this.id} is over`, {
        details: { requestId: this.id, reason: 'request-expired' },
      });
    assertAllowed(
      targets,
      items.flatMap(({ repositories }) => repositories),
    );
  }

  /** One step of every item that is not done. The first that fails keeps those after it from beginning. */
  async #overOpen(work: (item: WorkItem) => Promise<void>): Promise<void> {
    try {
      await this.#inFlight.all(this.#open, async (item) => {
        try {
          await work(item);
        } catch (error) {
          if (!SignError.is(error)) throw error;
          const problem = problemOf(error);
          item.note(problem);
          if (isDecided(error)) await item.end(problem);
          throw error;
        }
      });
    } catch (error) {
      throw SignError.is(error) ? requestFailure(error, this.id, this.items) : error;
    }
  }

  async #complete(options: CompleteRequestOptions): Promise<CompletedRequest> {
    const { approvalTimeoutMs: _, onProgress: __, ...call } = options;
    const { items, register } = this.#contents;
    try {
      await this.#begin(call);
      const run = new PublishRun({
        items,
        lease: this.#lease,
        options,
        call,
        judge: async (item) => {
          this.#assertOpen([item]);
          await item.judge(call);
        },
        check: async () => {
          await register.check();
        },
      });
      await (register.outline.publish === 'all' ? run.all() : run.each());
      const failure = firstFailure(run.errors);
      if (failure) throw requestFailure(failure, this.id, this.items);
      await register.end('published');
      await this.#inFlight.all(items, (item) => item.forget(call));
      await register.close('published');
    } catch (error) {
      if (!SignError.is(error, 'ERR_REQUEST_NOT_FOUND')) throw error;
      // Somebody else has ended it: by publishing, if the signatures are there.
      await this.#inFlight.all(this.#undone, (item) => item.recover(call));
      if (this.#undone.length > 0) throw error;
    }
    const completed = items.map(({ done }) => done as CompletedItem);
    const manifests = completed.flatMap((one) => (one.kind === 'image' || one.kind === 'attestation' ? [one.signed] : []));
    return { id: this.id, items: completed, manifests };
  }
}
