import {
  type CallOptions,
  type Clock,
  type Descriptor,
  type FinishOptions,
  invalidArgument,
  type PendingStore,
  type RequestBatch,
  SignError,
  type Signer,
  type SigningFacts,
  type Stale,
  sha256Hex,
  type Timestamper,
} from '@securosys/core';
import type { RequestFormat } from '../formats/image-format.js';
import { type FormatTable, ownFormats } from '../image-formats.js';
import { ownParts } from './own-parts.js';
import { type Asking, PartOperations, type Signatures } from './part-operations.js';
import { requestId, signingTarget } from './request-identity.js';
import { type RequestEnding, recordKey, writeRecord } from './request-record.js';
import type { CompleteOptions, ItemRequestState } from './request-state.js';
import type { RequestTarget } from './request-target.js';
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

/** What is ready to be given out: found where an earlier run had given it out, or made. */
export type Made<T> = { readonly found: T } | { readonly artifact: unknown };

/**
 * One subject, one format, one key: from prepared bytes to the delivered signature, over as many processes as people need days. Each step
 * can be repeated; nothing is forgotten before {@link RequestCourse.forget}, so that several courses can be ended together.
 */
export class RequestCourse<T> {
  readonly id: string;
  readonly #parts: RequestParts<T>;
  readonly #operations: PartOperations;
  /** What the store holds: another run may have been first with the same request. */
  #taken: TakenUp;
  #batch: RequestBatch | undefined;
  /** People had time: what was true when the subject was looked up has to be looked at again. */
  #waited: boolean;
  /** Delivering was begun, here or by another run, and nobody knows how far it came. */
  #tried: boolean;
  #filed = false;

  constructor(parts: RequestParts<T>) {
    this.#parts = parts;
    this.#operations = new PartOperations(parts.signer);
    this.#taken = parts;
    this.#waited = parts.origin !== 'new';
    this.#tried = parts.origin !== 'new';
    this.id = requestId(parts.record.identity);
  }

  get taken(): TakenUp {
    return this.#taken;
  }

  get parts(): RequestParts<T> {
    return this.#parts;
  }

  get facts(): readonly SigningFacts[] {
    return this.#taken.prepared.parts.map((part) => part.facts);
  }

  get state(): ItemRequestState {
    return this.#operations.state(this.#taken.prepared.parts);
  }

  /** SHA-256 of each message, hex. */
  get payloads(): readonly string[] {
    return this.#taken.prepared.parts.map(({ input }) => sha256Hex(input.message));
  }

  /** Says which requests are decided on together with this one. */
  set batch(batch: RequestBatch) {
    this.#batch = batch;
  }

  /** Whether anything was asked by this run. */
  get begun(): boolean {
    return this.#operations.begun;
  }

  get #format(): RequestFormat {
    const { formats = ownFormats } = this.#parts;
    return formats.request(this.#taken.record.identity.format) as RequestFormat;
  }

  get #asking(): Asking {
    const { record, prepared } = this.#taken;
    const { identity, claims } = record;
    return { parts: prepared.parts, claims, target: signingTarget(identity), ...(this.#batch && { batch: this.#batch }) };
  }

  /** Asks nobody: all that can be wrong with the use of the key, and the judgement of every guard. */
  async judge(call: CallOptions): Promise<void> {
    await this.#operations.check(this.#asking, call);
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
    const { prepared, subject } = this.#taken;
    const now = this.#parts.clock.now();
    if (prepared.parts.some(({ facts: { expiresAt } }) => expiresAt !== undefined && Date.parse(expiresAt) <= now))
      return { code: 'expired', reason: 'the signature has expired' };
    const known = this.#format.outdated?.(prepared, now);
    if (known) return known;
    const moved = await this.#parts.target.moved(subject, call);
    return moved === undefined ? undefined : { code: 'subject-changed', reason: moved };
  }

  /** Assembles, timestamps, checks that what was asked is still true, and delivers. The same signatures are delivered once. */
  async deliver(signatures: Signatures, call: CallOptions): Promise<T> {
    return this.give(await this.make(signatures, call), call);
  }

  /** Another run may have begun to deliver: it is looked for what came of that. */
  suspect(): void {
    this.#tried = true;
  }

  /** All of delivering that nobody outside notices. */
  async make(signatures: Signatures, call: CallOptions): Promise<Made<T>> {
    const { clock, target } = this.#parts;
    const { prepared, subject } = this.#taken;
    const before = await this.#deliveredBefore(call);
    if (before) return { found: before };
    const { format } = this.#format;
    const assembled = prepared.assemble(signatures);
    const artifact = format.finish ? await format.finish(assembled, this.#finishing(call)) : assembled;
    const stale = format.check?.(artifact, clock.now());
    if (stale) this.#stale(stale.code, stale.reason);
    const moved = this.#waited ? await target.moved(subject, call) : undefined;
    if (moved !== undefined) this.#stale('subject-changed', moved);
    return { artifact };
  }

  /** Gives out what was made, and tells the guards where it went. */
  async give(made: Made<T>, call: CallOptions): Promise<T> {
    const { target, signer } = this.#parts;
    const { subject, record } = this.#taken;
    this.#tried = true;
    const given = 'found' in made ? made.found : await target.deliver(made.artifact, subject, this.id, call);
    const artifacts = (target.attached?.(given) ?? []).map(({ mediaType, digest, size }) => ({ mediaType, digest, size }));
    const { format } = record.identity;
    const where = { target: signingTarget(record.identity), artifacts, requestId: this.id, format };
    await signer.published({ inputs: this.payloads, ...where }, call);
    return given;
  }

  /** Notes where the signature went, for a next run that has more to do than this course. */
  async remember(signatures: readonly Descriptor[]): Promise<void> {
    const { record } = this.#taken;
    const attached = signatures.map(({ mediaType, digest, size }) => ({ mediaType, digest, size }));
    await this.#parts.store.put(recordKey(this.id), writeRecord({ ...record, attached }), { ifNonce: record.nonce });
  }

  /** Notes how it came to nothing, for a next run that has more to do than this course. */
  async end(ended: RequestEnding): Promise<void> {
    const { record } = this.#taken;
    const written = writeRecord({ ...record, ended });
    await this.#parts.store.put(recordKey(this.id), written, { ifNonce: record.nonce });
    await this.#operations.release();
  }

  /** What an earlier run has delivered, found where it says that it is. Only a signature by our key over our very bytes counts (S30). */
  async delivered(call: CallOptions): Promise<T | undefined> {
    const { record, subject } = this.#taken;
    const own = record.attached && ownParts(this.#taken, this.#parts.clock.now());
    return own && this.#parts.target.find?.(own, subject, this.id, call, record.attached);
  }

  /** What another run has delivered, wherever it is. */
  async found(call: CallOptions): Promise<T | undefined> {
    const { find } = this.#parts.target;
    const own = find && ownParts(this.#taken, this.#parts.clock.now());
    return own && find?.(own, this.#taken.subject, this.id, call);
  }

  /**
   * What a run that ended before it could say so has delivered. Nobody has to look where a broker has kept the signature and there is no
   * timestamp: the same signature is the same artifact. A key that signs at once signs anew, and a second timestamp is another one.
   */
  async #deliveredBefore(call: CallOptions): Promise<T | undefined> {
    const first = !this.#tried;
    this.#tried = true;
    const again = this.#operations.isNew || this.#taken.record.identity.timestamped === true;
    return first || !again ? undefined : this.found(call);
  }

  /**
   * The record goes first: without it nobody takes this request up again, while what approvals have earned is still there. A part that people
   * still decide on stays known, so that asking again about the same bytes opens no second request.
   */
  async forget(): Promise<void> {
    await this.#parts.store.delete(recordKey(this.id), { ifNonce: this.#taken.record.nonce });
    await this.#operations.release();
  }

  /**
   * Forgets what is over by the word of a larger request, which says so until all of it is forgotten. The record goes last: by it, whoever comes after a
   * crash finds what is left.
   */
  async clear(): Promise<void> {
    await this.#operations.release();
    await this.#parts.store.delete(recordKey(this.id), { ifNonce: this.#taken.record.nonce });
  }

  async cancel(options: CallOptions): Promise<void> {
    await this.submit(options);
    await this.withdraw(options);
  }

  /** Withdraws what was asked, and nothing else. */
  async withdraw(call: CallOptions): Promise<void> {
    await this.#operations.cancel(call);
    await this.forget();
  }

  /** Writes the record, or takes up the one that another run has written for the same thing: its bytes are the ones people decide on. */
  async file(): Promise<void> {
    if (this.#filed) return;
    const { store, origin, replaces, clock, formats } = this.#parts;
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
      this.#stale('replaced', 'the store knows a newer request for the same', 'not submitted');
    this.#taken = takeUp(found, this.id, clock.now(), formats);
    this.#filed = true;
    this.#waited = true;
    this.#tried = true;
  }

  #finishing(call: CallOptions): FinishOptions {
    const { clock, timestamper } = this.#parts;
    const asked = this.#taken.record.identity.timestamped === true;
    if (asked && !timestamper) invalidArgument('this signing request demands a timestamp: give the timestamper');
    return { clock, ...(asked && timestamper && { timestamper }), ...(call.signal && { signal: call.signal }) };
  }

  #stale(reason: string, sentence: string, what = 'not attached'): never {
    throw new SignError('ERR_REQUEST_STALE', `${what}: ${sentence}`, { details: { requestId: this.id, reason } });
  }
}
