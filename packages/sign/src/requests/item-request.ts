import { type CallOptions, knownOptions, type SigningFacts } from '@securosys/core';
import { isDecided } from './decided.js';
import type { RequestCourse } from './request-course.js';
import type { CompleteOptions, ItemRequestState } from './request-state.js';
import type { SignedManifest } from './request-target.js';

export const completeNames = ['approvalTimeoutMs', 'onProgress', 'signal', 'timeoutMs', 'logger'];

/** One manifest or blob, one format, one key: from prepared bytes to the finished signature, over as many processes as people need days. */
export class ItemRequest<T = SignedManifest> {
  readonly id: string;
  readonly #course: RequestCourse<T>;
  #completed: Promise<T> | undefined;

  /** @internal Use `signImage`, `signBlob`, `resumeSigningRequest` or `resumeBlobSigningRequest`. */
  constructor(course: RequestCourse<T>) {
    this.#course = course;
    this.id = course.id;
  }

  /** What the bytes to be signed say, part by part. */
  get facts(): readonly SigningFacts[] {
    return this.#course.facts;
  }

  /** As last seen; no I/O. */
  get state(): ItemRequestState {
    return this.#course.state;
  }

  /**
   * Writes the record, then begins or finds the request of each part. Safe to call again.
   * @throws SignError `ERR_REQUEST_NOT_FOUND` when somebody else has ended this request, and those of `Signer.begin`
   */
  async submit(options: CallOptions = {}): Promise<ItemRequestState> {
    await this.#course.submit(options);
    return this.state;
  }

  /** One look at every request, no waiting. */
  async refresh(options: CallOptions = {}): Promise<ItemRequestState> {
    await this.#course.refresh(options);
    return this.state;
  }

  /**
   * Waits for the signatures, checks that what was asked is still true, assembles, timestamps and attaches. Doing it twice attaches once.
   * @throws SignError `ERR_APPROVAL_PENDING` with `details.requestId` (of this signing request), `ERR_APPROVAL_REJECTED`,
   * `ERR_APPROVAL_EXPIRED`, `ERR_APPROVAL_CANCELLED`, `ERR_REQUEST_FAILED`, `ERR_REQUEST_STALE`, `ERR_REQUEST_NOT_FOUND`, and those of
   * the timestamp authority and the registry, after which a second call attaches without asking anybody again
   */
  async complete(options: CompleteOptions = {}): Promise<T> {
    knownOptions('complete', options, completeNames);
    if (this.#completed) return this.#completed;
    const completed = this.#complete(options);
    this.#completed = completed;
    completed.catch(() => {
      this.#completed = undefined;
    });
    return completed;
  }

  /** Withdraws the requests at the backend and forgets this signing request. */
  async cancel(options: CallOptions = {}): Promise<void> {
    await this.#course.cancel(options);
  }

  async #complete(options: CompleteOptions): Promise<T> {
    const course = this.#course;
    const { approvalTimeoutMs: _, onProgress: __, ...call } = options;
    try {
      // Attached by a call for several manifests, which goes on to need its record.
      const attached = await course.delivered(call);
      if (attached) return attached;
      await course.submit(call);
      const delivered = await course.deliver(await course.signatures(options), call);
      await course.forget();
      return delivered;
    } catch (error) {
      if (isDecided(error)) await course.forget();
      throw course.named(error);
    }
  }
}
