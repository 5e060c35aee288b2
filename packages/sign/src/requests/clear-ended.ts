import {
  type CallOptions,
  type Clock,
  invalidArgument,
  type JsonObject,
  knownOptions,
  type PendingStore,
  SignError,
  systemClock,
} from '@securosys/core';
import { isText } from '../formats/members.js';
import { recordKey } from './request-record.js';
import { requestKey } from './stored-request.js';
import { tagKey } from './tag-memory.js';
import { readTrace, traceKey } from './used-items.js';

/** How long ends of requests and traces of their items are kept, in milliseconds: 180 days. No request file is taken that is older. */
export const endedKeptMs = 180 * 86_400_000;
const betweenMs = 86_400_000;
const clearingKey = 'clearing';
const isId = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

/** Until when a record says that it was of use; `undefined` for one of something that goes on. */
function lastUse(record: JsonObject): number | undefined {
  const { kind, ended, endedAt, items, at } = record;
  if (kind === 'signing-trace') return readTrace(record)?.at;
  if (kind === 'signing-tag') return typeof at === 'number' ? at : undefined;
  const isOver = kind === 'signing-requests' && ended !== undefined && Array.isArray(items) && items.length === 0;
  return isOver && typeof endedAt === 'number' ? endedAt : undefined;
}

/**
 * Clears a record away of which nobody makes use any more: the end of a request, the trace of an item that is not open, or what a tag named.
 * @param before milliseconds since 1970
 * @returns whether it is gone
 */
export async function clearOne(store: PendingStore, record: JsonObject, before: number): Promise<boolean> {
  const at = lastUse(record);
  const { kind, id, nonce, repository, tag } = record;
  if (at === undefined || at >= before || typeof nonce !== 'string') return false;
  if (kind === 'signing-tag')
    return isText(repository) && isText(tag) && store.delete(tagKey({ repository, tag }), { ifNonce: nonce });
  const item = readTrace(record)?.item;
  if (item === undefined) return isId(id) && store.delete(requestKey(id), { ifNonce: nonce });
  return isId(item) && !(await store.get(recordKey(item))) && store.delete(traceKey(item), { ifNonce: nonce });
}

/** How {@link clearEndedRequests} clears. */
export interface ClearEndedOptions {
  /** How long ends are kept, in milliseconds. Default: 180 days. With less, a request file can be used once more after that time. */
  olderThanMs?: number;
  clock?: Clock;
}

/**
 * Clears away what a store keeps of requests that are over: that they were, which items they had, so that an old request file is not begun
 * again, and what their tags named. Requests do this themselves about once a day for what is older than 180 days, and so does `listSigningRequests`.
 * @returns how many records are gone
 * @throws SignError `ERR_INVALID_ARGUMENT` for a store that cannot list its records, and those of the store
 */
export async function clearEndedRequests(store: PendingStore, options: ClearEndedOptions = {}): Promise<number> {
  knownOptions('clearEndedRequests', options, ['olderThanMs', 'clock']);
  if (typeof store?.records !== 'function') return invalidArgument('this store cannot list its records');
  const { olderThanMs = endedKeptMs, clock = systemClock } = options;
  if (!(olderThanMs >= 0)) invalidArgument('olderThanMs is a number of milliseconds');
  const before = clock.now() - olderThanMs;
  let gone = 0;
  for await (const record of store.records()) if (await clearOne(store, record, before)) gone++;
  return gone;
}

/** {@link clearEndedRequests}, if nobody has done it for a day. What hinders it is no matter of the request that has just ended. */
export async function clearNowAndThen(store: PendingStore, clock: Clock, { logger }: CallOptions): Promise<void> {
  if (typeof store.records !== 'function') return;
  try {
    const now = clock.now();
    const last = await store.get(clearingKey);
    if (typeof last?.at === 'number' && Math.abs(now - last.at) < betweenMs) return;
    await store.put(clearingKey, { version: 1, kind: 'signing-clearing', at: Math.floor(now) });
    // Of a store that is new nothing is to be cleared.
    if (last) await clearEndedRequests(store, { clock });
  } catch (error) {
    logger?.warn('records of requests that are over could not be cleared away', {
      code: SignError.is(error) ? error.code : 'unknown',
    });
  }
}
