import { type Clock, type JsonObject, type PendingStore, SignError } from '@securosys/core';
import { endedKeptMs } from './clear-ended.js';
import { clockSkewMs } from './clock-skew.js';
import {
  assertNotOver,
  outlineId,
  outlineOf,
  type RequestOutline,
  requestKey,
  type StoredRequest,
  storedRequest,
  writeStored,
} from './stored-request.js';

/** What a request file holds of a request, beside its items. */
export type FiledOutline = RequestOutline & Pick<StoredRequest, 'nonce' | 'createdAt'>;

/** A request as one run has it. */
export interface RegisteredRequest extends StoredRequest {
  /** `new`: prepared by this run; `stored`: found in the store; `file`: it came another way; `alone`: one item without any record of its own. */
  readonly origin: 'new' | 'stored' | 'file' | 'alone';
  /** Of a file: somebody who is pinned here vouches for all of it. */
  readonly isVouchedFor?: boolean;
}

/** Where requests are kept, and by which clock. */
export interface RegisterPlace {
  readonly store: PendingStore;
  readonly clock: Clock;
}

/** The record of a request: it is there from the first submission to the end, and an end is kept. */
export class RequestRegister {
  readonly id: string;
  readonly #store: PendingStore;
  readonly #clock: Clock;
  #request: RegisteredRequest;
  #written: boolean;

  constructor({ store, clock }: RegisterPlace, request: RegisteredRequest, id = outlineId(request)) {
    this.id = id;
    this.#store = store;
    this.#clock = clock;
    this.#request = request;
    this.#written = request.origin === 'stored';
  }

  /** One item without any record of its own. */
  get isAlone(): boolean {
    return this.#request.origin === 'alone';
  }

  /** What came as a file, and whether somebody vouches for it. */
  get file(): { readonly isVouchedFor: boolean } | undefined {
    const { origin, isVouchedFor = false } = this.#request;
    return origin === 'file' ? { isVouchedFor } : undefined;
  }

  /** What is public of it. */
  get outline(): FiledOutline {
    const { nonce, createdAt } = this.#request;
    return { ...outlineOf(this.#request), nonce, createdAt };
  }

  /** Whether a run has submitted it, as far as this one knows. */
  get submitted(): boolean {
    return this.#written || this.#request.origin === 'alone';
  }

  /**
   * Looks whether the request may go on, before its items are written.
   * @returns nonce of an ended request that a new one takes the place of
   * @throws SignError `ERR_REQUEST_STALE` for a file that was used up, `ERR_MALFORMED` for one from the future; `ERR_REQUEST_NOT_FOUND` when somebody else has ended it
   */
  async check(): Promise<string | undefined> {
    const { origin, nonce } = this.#request;
    if (origin === 'alone') return undefined;
    const known = await this.#known();
    if (this.#written && known?.nonce === nonce && known.ended === undefined) return undefined;
    if (this.#written)
      throw new SignError('ERR_REQUEST_NOT_FOUND', `signing request ${this.id} was ended by somebody else`, {
        details: { requestId: this.id, ...(known?.ended !== undefined && { ended: known.ended }) },
      });
    this.#assertUsable(known);
    if (known && known.ended === undefined) {
      this.#request = { ...this.#request, nonce: known.nonce, createdAt: known.createdAt };
      this.#written = true;
      return undefined;
    }
    return known?.nonce;
  }

  /** What the store knows of a request that came as a file. @throws SignError `ERR_REQUEST_STALE`, `ERR_MALFORMED` */
  async look(): Promise<void> {
    const known = await this.#known();
    this.#assertUsable(known);
    if (known?.ended === undefined) this.#written = known !== undefined;
  }

  async #known(): Promise<StoredRequest | undefined> {
    return storedRequest(this.#store, this.id);
  }

  /**
   * A file is good for one request. Who vouches for it says when it was prepared too: a later one about the same is another request, and one from before the
   * time for which ends are kept could be anything.
   */
  #assertUsable(known: StoredRequest | undefined): void {
    const { file } = this;
    if (!file) return;
    const { nonce, createdAt } = this.#request;
    const isOpen = known?.ended === undefined && known?.nonce === nonce;
    const isLater = file.isVouchedFor && known?.ended !== undefined && createdAt > known.createdAt;
    if (known && !isOpen && !isLater) this.#usedUp('is used up: it was submitted before', 'replayed');
    if (!known && createdAt + endedKeptMs <= this.#clock.now())
      this.#usedUp('is too old to tell whether it is used up: prepare it anew', 'too-old');
    // Its end would be later than that of every true file about the same, and none of those would be taken any more.
    if (!isOpen && createdAt > this.#clock.now() + clockSkewMs)
      throw new SignError(
        'ERR_MALFORMED',
        `signing request ${this.id} was prepared in the future: its file was altered, or a clock is wrong`,
        { details: { requestId: this.id, reason: 'from-the-future' } },
      );
  }

  #usedUp(what: string, reason: string): never {
    throw new SignError('ERR_REQUEST_STALE', `this copy of signing request ${this.id} ${what}`, {
      details: { requestId: this.id, reason },
    });
  }

  /**
   * Looks whether there is anything left to withdraw: who holds a request for open while another run publishes it is told so.
   * @throws SignError `ERR_REQUEST_NOT_FOUND`
   */
  async assertUnpublished(): Promise<void> {
    if (!this.#written) return;
    const known = await this.#known();
    if (known?.ended === 'published' && known.nonce === this.#request.nonce) assertNotOver(this.id, known);
  }

  /** Writes the record, when all its items are written. */
  async write(replaces: string | undefined): Promise<void> {
    if (this.submitted) return;
    const condition = replaces === undefined ? { ifAbsent: true } : { ifNonce: replaces };
    this.#written = await this.#store.put(requestKey(this.id), writeStored(this.id, this.#request), condition);
    // Another run was first: its record says the same.
    if (!this.#written) await this.check();
  }

  /**
   * Writes down that it is over.
   * @param items whose records are to be cleared away; default: all
   */
  async end(ended: 'published' | 'cancelled', items: readonly string[] = this.#request.items): Promise<void> {
    const { nonce, origin } = this.#request;
    if (origin === 'alone') return;
    const condition = this.#written ? { ifNonce: nonce } : { ifAbsent: true };
    await this.#store.put(requestKey(this.id), this.#over(ended, items), condition);
  }

  /** Writes down that nothing is left of it: its items are cleared away. */
  async close(ended: 'published' | 'cancelled'): Promise<void> {
    const { nonce, origin } = this.#request;
    if (origin === 'alone') return;
    await this.#store.put(requestKey(this.id), this.#over(ended, []), { ifNonce: nonce });
  }

  #over(ended: 'published' | 'cancelled', items: readonly string[]): JsonObject {
    return writeStored(this.id, { ...this.#request, ended, endedAt: Math.floor(this.#clock.now()), items });
  }
}
