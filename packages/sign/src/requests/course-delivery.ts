import { type CallOptions, type FinishOptions, invalidArgument, type Stale } from '@securosys/core';
import type { CourseRecord } from './course-record.js';
import { ownParts } from './own-parts.js';
import type { PartOperations, Signatures } from './part-operations.js';
import { signingTarget } from './request-identity.js';
import { staleRequest } from './stale-request.js';

/** What is ready to be given out: found where an earlier run had given it out, or made. */
export type Made<T> = { readonly found: T } | { readonly artifact: unknown };

/** From the signatures of one request to the artifact that is given out, once. */
export class CourseDelivery<T> {
  readonly #record: CourseRecord<T>;
  readonly #operations: PartOperations;
  /** Delivering was begun, here or by another run, and nobody knows how far it came. */
  #tried = false;

  constructor(record: CourseRecord<T>, operations: PartOperations) {
    this.#record = record;
    this.#operations = operations;
  }

  /** Another run may have begun to deliver: it is looked for what came of that. */
  suspect(): void {
    this.#tried = true;
  }

  /** Why what was asked is not worth publishing any more, as far as can be told without the signature. */
  async outdated(call: CallOptions): Promise<Stale | undefined> {
    const { taken, parts, format } = this.#record;
    const { prepared, subject } = taken;
    const now = parts.clock.now();
    if (prepared.parts.some(({ facts: { expiresAt } }) => expiresAt !== undefined && Date.parse(expiresAt) <= now))
      return { code: 'expired', reason: 'the signature has expired' };
    const known = format.outdated?.(prepared, now);
    if (known) return known;
    const moved = await parts.target.moved(subject, call);
    return moved === undefined ? undefined : { code: 'subject-changed', reason: moved };
  }

  /**
   * All of delivering that nobody outside notices: assembles, timestamps, checks that what was asked is still true.
   * @param waited people had time: what was true when the subject was looked up has to be looked at again
   */
  async make(signatures: Signatures, waited: boolean, call: CallOptions): Promise<Made<T>> {
    const { clock, target } = this.#record.parts;
    const { prepared, subject } = this.#record.taken;
    const before = await this.#deliveredBefore(call);
    if (before) return { found: before };
    const { format } = this.#record.format;
    const assembled = prepared.assemble(signatures);
    const artifact = format.finish ? await format.finish(assembled, this.#finishing(call)) : assembled;
    const stale = format.check?.(artifact, clock.now());
    if (stale) throw staleRequest(this.#record.id, stale.code, `not attached: ${stale.reason}`);
    const moved = waited ? await target.moved(subject, call) : undefined;
    if (moved !== undefined) throw staleRequest(this.#record.id, 'subject-changed', `not attached: ${moved}`);
    return { artifact };
  }

  /** Gives out what was made, and tells the guards where it went. */
  async give(made: Made<T>, call: CallOptions): Promise<T> {
    const { id, parts, taken, payloads } = this.#record;
    const { target, signer } = parts;
    const { subject, record } = taken;
    this.#tried = true;
    const given = 'found' in made ? made.found : await target.deliver(made.artifact, subject, id, call);
    const artifacts = (target.attached?.(given) ?? []).map(({ mediaType, digest, size }) => ({ mediaType, digest, size }));
    const { format } = record.identity;
    const where = { target: signingTarget(record.identity), artifacts, requestId: id, format };
    await signer.published({ inputs: payloads, ...where }, call);
    return given;
  }

  /** What an earlier run has delivered, found where it says that it is. Only a signature by our key over our very bytes counts (S30). */
  async delivered(call: CallOptions): Promise<T | undefined> {
    const { id, parts, taken } = this.#record;
    const { record, subject } = taken;
    const own = record.attached && ownParts(taken, parts.clock.now());
    return own && parts.target.find?.(own, subject, id, call, record.attached);
  }

  /** What another run has delivered, wherever it is. */
  async found(call: CallOptions): Promise<T | undefined> {
    const { id, parts, taken } = this.#record;
    const { find } = parts.target;
    const own = find && ownParts(taken, parts.clock.now());
    return own && find?.(own, taken.subject, id, call);
  }

  /**
   * What a run that ended before it could say so has delivered. Nobody has to look where a broker has kept the signature and there is no
   * timestamp: the same signature is the same artifact. A key that signs at once signs anew, and a second timestamp is another one.
   */
  async #deliveredBefore(call: CallOptions): Promise<T | undefined> {
    const first = !this.#tried && !this.#record.isOld;
    this.#tried = true;
    const again = this.#operations.isNew || this.#record.taken.record.identity.timestamped === true;
    return first || !again ? undefined : this.found(call);
  }

  #finishing(call: CallOptions): FinishOptions {
    const { clock, timestamper } = this.#record.parts;
    const asked = this.#record.taken.record.identity.timestamped === true;
    if (asked && !timestamper) invalidArgument('this signing request demands a timestamp: give the timestamper');
    return { clock, ...(asked && timestamper && { timestamper }), ...(call.signal && { signal: call.signal }) };
  }
}
