import { type PendingStore, SignError } from '@securosys/core';
import { outlineId, type RequestOutline, requestKey, type StoredRequest, storedRequest, writeStored } from './stored-request.js';

/** What a request file holds of a request, beside its items. */
export type FiledOutline = RequestOutline & Pick<StoredRequest, 'nonce' | 'createdAt'>;

/** A request as one run has it. */
export interface RegisteredRequest extends StoredRequest {
  /** `new`: prepared by this run; `stored`: found in the store; `file`: it came another way; `alone`: one item without any record of its own. */
  readonly origin: 'new' | 'stored' | 'file' | 'alone';
}

/** The record of a request: it is there from the first submission to the end, and an end is kept. */
export class RequestRegister {
  readonly id: string;
  readonly #store: PendingStore;
  #request: RegisteredRequest;
  #written: boolean;

  constructor(store: PendingStore, request: RegisteredRequest, id = outlineId(request)) {
    this.id = id;
    this.#store = store;
    this.#request = request;
    this.#written = request.origin === 'stored';
  }

  /** One item without any record of its own. */
  get isAlone(): boolean {
    return this.#request.origin === 'alone';
  }

  /** What is public of it. */
  get outline(): FiledOutline {
    const { publish, items, expiresAt, nonce, createdAt } = this.#request;
    return { publish, items, nonce, createdAt, ...(expiresAt !== undefined && { expiresAt }) };
  }

  /** Whether a run has submitted it, as far as this one knows. */
  get submitted(): boolean {
    return this.#written || this.#request.origin === 'alone';
  }

  /**
   * Looks whether the request may go on, before its items are written.
   * @returns nonce of an ended request that a new one takes the place of
   * @throws SignError `ERR_REQUEST_STALE` for a file that was used up; `ERR_REQUEST_NOT_FOUND` when somebody else has ended it
   */
  async check(): Promise<string | undefined> {
    const { origin, nonce } = this.#request;
    if (origin === 'alone') return undefined;
    const known = await storedRequest(this.#store, this.id);
    if (this.#written && known?.nonce === nonce && known.ended === undefined) return undefined;
    if (this.#written)
      throw new SignError('ERR_REQUEST_NOT_FOUND', `signing request ${this.id} was ended by somebody else`, {
        details: { requestId: this.id, ...(known?.ended !== undefined && { ended: known.ended }) },
      });
    if (known && origin === 'file' && (known.ended !== undefined || known.nonce !== nonce)) this.#usedUp();
    if (known && known.ended === undefined) {
      this.#request = { ...this.#request, nonce: known.nonce, createdAt: known.createdAt };
      this.#written = true;
      return undefined;
    }
    return known?.nonce;
  }

  /** What the store knows of a request that came as a file. @throws SignError `ERR_REQUEST_STALE` for a file that was used up */
  async look(): Promise<void> {
    const known = await storedRequest(this.#store, this.id);
    if (!known) return;
    if (known.ended !== undefined || known.nonce !== this.#request.nonce) this.#usedUp();
    this.#written = true;
  }

  #usedUp(): never {
    throw new SignError('ERR_REQUEST_STALE', `this copy of signing request ${this.id} is used up: it was submitted before`, {
      details: { requestId: this.id, reason: 'replayed' },
    });
  }

  /** Writes the record, when all its items are written. */
  async write(replaces: string | undefined): Promise<void> {
    if (this.submitted) return;
    const condition = replaces === undefined ? { ifAbsent: true } : { ifNonce: replaces };
    this.#written = await this.#store.put(requestKey(this.id), writeStored(this.#request), condition);
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
    await this.#store.put(requestKey(this.id), writeStored({ ...this.#request, ended, items }), condition);
  }

  /** Writes down that nothing is left of it: its items are cleared away. */
  async close(ended: 'published' | 'cancelled'): Promise<void> {
    const { nonce, origin } = this.#request;
    if (origin === 'alone') return;
    await this.#store.put(requestKey(this.id), writeStored({ ...this.#request, ended, items: [] }), { ifNonce: nonce });
  }
}
