import {
  type Clock,
  type Descriptor,
  type PendingStore,
  SignError,
  type Signer,
  sha256Hex,
  type Timestamper,
} from '@securosys/core';
import type { RequestFormat } from '../formats/image-format.js';
import { type FormatTable, ownFormats } from '../image-formats.js';
import { requestId } from './request-identity.js';
import { type RequestEnding, type RequestRecord, recordKey, writeRecord } from './request-record.js';
import type { RequestTarget } from './request-target.js';
import { staleRequest } from './stale-request.js';
import { type TakenUp, takeUp } from './take-up.js';

/** What a signing request consists of. */
export interface RequestParts<T> extends TakenUp {
  readonly signer: Signer;
  readonly store: PendingStore;
  readonly clock: Clock;
  readonly target: RequestTarget<T>;
  readonly timestamper: Timestamper | undefined;
  /** Default: those of the house. */
  readonly formats?: FormatTable;
  /**
   * `new`: prepared by this run; `stored`: found in the store, where it may be days old, and somebody else may end it meanwhile; `file`: it
   * came another way, and the store may know of it or not.
   */
  readonly origin: 'new' | 'stored' | 'file';
  /** Nonce of a record of a request that came to nothing, which this one takes the place of. */
  readonly replaces?: string;
}

/** What the store knows of one request, from the first submission to the end. */
export class CourseRecord<T> {
  readonly id: string;
  readonly parts: RequestParts<T>;
  /** What the store holds: another run may have been first with the same request. */
  #taken: TakenUp;
  #payloads: readonly string[] | undefined;
  /** It comes from another run: people had time, and somebody may have begun to deliver. */
  #isOld: boolean;
  #filed = false;

  constructor(parts: RequestParts<T>) {
    this.parts = parts;
    this.#taken = parts;
    this.#isOld = parts.origin !== 'new';
    this.id = requestId(parts.record.identity);
  }

  get taken(): TakenUp {
    return this.#taken;
  }

  get isOld(): boolean {
    return this.#isOld;
  }

  get format(): RequestFormat {
    const { formats = ownFormats } = this.parts;
    return formats.request(this.#taken.record.identity.format) as RequestFormat;
  }

  /** SHA-256 of each message, hex: the same array for the same bytes. */
  get payloads(): readonly string[] {
    this.#payloads ??= this.#taken.prepared.parts.map(({ input }) => sha256Hex(input.message));
    return this.#payloads;
  }

  /** Writes the record, or takes up the one that another run has written for the same thing: its bytes are the ones people decide on. */
  async file(): Promise<void> {
    if (this.#filed) return;
    const { store, origin, replaces, clock, formats } = this.parts;
    const key = recordKey(this.id);
    const { record } = this.#taken;
    const condition = replaces === undefined ? { ifAbsent: true } : { ifNonce: replaces };
    this.#filed = origin !== 'stored' && (await store.put(key, writeRecord(record), condition));
    if (this.#filed) return;
    const found = await store.get(key);
    if (!found || (origin === 'stored' && found.nonce !== record.nonce))
      throw new SignError('ERR_REQUEST_NOT_FOUND', `signing request ${this.id} was completed or cancelled by somebody else`, {
        details: { requestId: this.id },
      });
    if (origin === 'file' && found.nonce !== record.nonce)
      throw staleRequest(this.id, 'replaced', 'not submitted: the store knows a newer request for the same');
    this.#taken = takeUp(found, this.id, clock.now(), formats);
    this.#payloads = undefined;
    this.#filed = true;
    this.#isOld = true;
  }

  /** Notes where the signature went, for a next run that has more to do than this request. */
  async remember(signatures: readonly Descriptor[]): Promise<void> {
    await this.#rewrite({ attached: signatures.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })) });
  }

  /** Notes how it came to nothing, for a next run that has more to do than this request. */
  async end(ended: RequestEnding): Promise<void> {
    await this.#rewrite({ ended });
  }

  async forget(): Promise<void> {
    await this.parts.store.delete(recordKey(this.id), { ifNonce: this.#taken.record.nonce });
  }

  async #rewrite(more: Pick<RequestRecord, 'attached' | 'ended'>): Promise<void> {
    const { record } = this.#taken;
    await this.parts.store.put(recordKey(this.id), writeRecord({ ...record, ...more }), { ifNonce: record.nonce });
  }
}
