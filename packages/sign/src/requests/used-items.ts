import { type Claims, type Clock, canonicalJson, type JsonObject, type PendingStore, SignError } from '@securosys/core';
import { isText } from '../formats/members.js';
import { InFlight } from './in-flight.js';
import { mostInFlight } from './publish-items.js';
import type { RequestContents } from './request-contents.js';
import { recordKey } from './request-record.js';

/** One preparation of an item: the same thing prepared anew has another nonce. */
export interface PreparedItem {
  readonly id: string;
  readonly nonce: string;
  /** What approvers are told of it. */
  readonly claims: Claims;
}

/** What an item leaves behind when it is submitted. It outlives the item, so that a copy in whatever request file is known. */
export interface ItemTrace {
  readonly item: string;
  readonly nonce: string;
  /** Id of the request that it was last submitted in. */
  readonly request: string;
  /** Milliseconds since 1970: when a run last worked on it, to the day. */
  readonly at: number;
}

const dayMs = 86_400_000;

/** Key of an item's trace in a pending store. */
export function traceKey(item: string): string {
  return `used-${item}`;
}

/** Reads a trace. `undefined` for what is none. */
export function readTrace({ kind, item, nonce, request, at }: JsonObject): ItemTrace | undefined {
  if (kind !== 'signing-trace' || !isText(item) || !isText(nonce) || !isText(request) || typeof at !== 'number') return undefined;
  return { item, nonce, request, at };
}

/** The trace that an item has left, as the store says. */
export async function traceOf(store: PendingStore, item: string): Promise<ItemTrace | undefined> {
  const record = await store.get(traceKey(item));
  return record && readTrace(record);
}

/** The traces of a store. */
export class UsedItems {
  readonly #store: PendingStore;
  readonly #clock: Clock;

  constructor(store: PendingStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Leaves the trace of an item that is used in a request; it is no older than a day when the item's last run ends. */
  async note({ id, nonce }: Pick<PreparedItem, 'id' | 'nonce'>, request: string): Promise<void> {
    const now = this.#clock.now();
    const known = await traceOf(this.#store, id);
    if (known?.nonce === nonce && known.request === request && Math.abs(now - known.at) < dayMs) return;
    const trace = { version: 1, kind: 'signing-trace', item: id, nonce, request, at: Math.floor(now) };
    await this.#store.put(traceKey(id), trace);
  }

  /**
   * Looks whether an item of a request file may still be used in that request. Whoever has altered the file can name any request, time and
   * claims, so that of a file that nobody vouches for each item is good for one request. One that is vouched for is refused the same
   * preparation a second time only.
   * @throws SignError `ERR_REQUEST_STALE`
   */
  async assertUnused({ id, nonce, claims }: PreparedItem, request: string, isVouchedFor: boolean): Promise<void> {
    const [trace, record] = [await traceOf(this.#store, id), await this.#store.get(recordKey(id))];
    const isOpen = record?.nonce === nonce;
    if (trace && !isOpen && !(isVouchedFor && trace.nonce !== nonce)) this.#used(id, 'replayed', 'is used up');
    if (trace && isOpen && !isVouchedFor && trace.request !== request) this.#used(id, 'replayed', 'belongs to another request');
    if (record && !isOpen) this.#used(id, 'replaced', 'was prepared anew since');
    if (record && canonicalJson(record.claims ?? {}) !== canonicalJson({ ...claims }))
      this.#used(id, 'claims-changed', 'was submitted with other claims');
  }

  #used(item: string, reason: string, what: string): never {
    throw new SignError('ERR_REQUEST_STALE', `item ${item} of this request file ${what}`, { details: { reason } });
  }
}

/**
 * Looks whether a request that came as a file may still be used, in all its items.
 * @throws SignError `ERR_REQUEST_STALE`; `ERR_REQUEST_NOT_FOUND` when somebody else has ended it meanwhile
 */
export async function assertFileUnused({ register, items, store, clock }: Omit<RequestContents, 'again'>): Promise<void> {
  if (!register.file) return;
  const { isVouchedFor } = register.file;
  const used = new UsedItems(store, clock);
  try {
    await new InFlight(mostInFlight).all(items, async (item) => {
      const { claims } = item.view();
      await used.assertUnused({ id: item.id, nonce: item.nonce, claims }, register.id, isVouchedFor);
    });
  } catch (error) {
    // Whoever was ended by another run is told so: what that has published is there to be found.
    await register.check();
    throw error;
  }
}
