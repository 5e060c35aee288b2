import { type CallOptions, type JsonObject, knownOptions, SignError } from '@securosys/core';
import { forMany } from '../for-many.js';
import { clearNowAndThen } from './clear-ended.js';
import { worstStatus } from './item-status.js';
import { Lease } from './lease.js';
import { PublishRun } from './publish-items.js';
import type { RequestContents } from './request-contents.js';
import { firstFailure, requestFailure } from './request-failure.js';
import { requestFileJson } from './request-file-json.js';
import { RequestSteps } from './request-steps.js';
import type {
  CompletedItem,
  CompletedRequest,
  CompleteRequestOptions,
  RequestItem,
  SigningRequest,
  SigningRequestState,
} from './request-types.js';
import { rememberTags } from './tag-memory.js';

const callNames = ['signal', 'timeoutMs', 'logger'];
const completeNames = ['approvalTimeoutMs', 'onProgress', ...callNames];

/** A signing request of any number of items. */
export class RunningRequest implements SigningRequest {
  readonly id: string;
  readonly #contents: RequestContents;
  readonly #steps: RequestSteps;
  readonly #lease: Lease;
  #completed: Promise<CompletedRequest> | undefined;

  constructor(contents: RequestContents) {
    this.#contents = contents;
    this.#steps = new RequestSteps(contents);
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
    await this.#steps.begin(call);
    await this.#steps.overOpen((item) => item.submit(call));
    return this.state;
  }

  async refresh(options: CallOptions = {}): Promise<SigningRequestState> {
    knownOptions('refresh', options, callNames);
    const call = forMany(options);
    if (this.#contents.register.submitted) await this.#steps.overOpen((item) => item.look(call));
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
    const call = forMany(options);
    await register.assertUnpublished();
    await this.#steps.noteUse();
    await register.end('cancelled');
    await this.#steps.over(items, (item) => item.withdraw(call));
    await this.#close('cancelled', call);
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

  /** It is published, whatever hinders this: whoever asks for it again clears the rest away. An error here would have people asked once more. */
  async #clearAway(call: CallOptions): Promise<void> {
    const { items } = this.#contents;
    try {
      await this.#steps.over(items, (item) => item.forget(call));
      await this.#close('published', call);
    } catch (error) {
      call.logger?.warn('what is left of a published request could not be cleared away', {
        requestId: this.id,
        code: SignError.is(error) ? error.code : 'unknown',
      });
    }
  }

  /** Nothing is left of it but that it is over. */
  async #close(ended: 'published' | 'cancelled', call: CallOptions): Promise<void> {
    const { register, store, clock } = this.#contents;
    await this.#lease.clear();
    await register.close(ended);
    await clearNowAndThen(store, clock, call);
  }

  async #complete(options: CompleteRequestOptions): Promise<CompletedRequest> {
    const { approvalTimeoutMs: _, onProgress: __, ...call } = options;
    const { items, register, store, clock } = this.#contents;
    try {
      await this.#steps.begin(call);
      const run = new PublishRun({
        items,
        lease: this.#lease,
        options,
        call,
        judge: async (item) => {
          this.#steps.assertOpen([item]);
          await item.judge(call);
        },
        check: async () => {
          await register.check();
        },
      });
      await (register.outline.publish === 'all' ? run.all() : run.each());
      const failure = firstFailure(run.errors);
      if (failure) throw requestFailure(failure, this.id, this.items);
      await rememberTags(items, store, clock);
      await register.end('published');
      await this.#clearAway(call);
    } catch (error) {
      if (!SignError.is(error, 'ERR_REQUEST_NOT_FOUND')) throw error;
      // Somebody else has ended it: by publishing, if the signatures are there.
      await this.#steps.over(this.#steps.undone, (item) => item.recover(call));
      if (this.#steps.undone.length > 0) throw error;
      // Its items may have been another request's too, and that one is not this one's end.
      if (error.details.ended === undefined) await register.end('published', []);
    }
    const completed = items.map(({ done }) => done as CompletedItem);
    const manifests = completed.flatMap((one) => (one.kind === 'image' || one.kind === 'attestation' ? [one.signed] : []));
    return { id: this.id, items: completed, manifests };
  }
}
