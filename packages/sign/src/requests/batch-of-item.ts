import { type Clock, type PendingStore, type RequestBatch, SignError, sha256Hex } from '@securosys/core';
import type { FormatTable } from '../image-formats.js';
import { isDecryptRecord } from './decrypt-record.js';
import { recordKey } from './request-record.js';
import { storedRequest } from './stored-request.js';
import { takeUp } from './take-up.js';
import { traceOf } from './used-items.js';

/** Where a request is looked for. */
export interface BatchPlace {
  readonly store: PendingStore;
  readonly clock: Clock;
  readonly formats: FormatTable;
}

/**
 * With what else people decide on an item that is taken up by itself: what is still to be asked belongs to the same decision as what its request has
 * asked. Nobody believes a store about it: approvers look at the tasks, and a batch says no more than which to look at together (S10).
 * @returns `undefined` for what is part of no request, or of one that is over or cannot be made sense of any more
 */
export async function batchOfItem(item: string, { store, clock, formats }: BatchPlace): Promise<RequestBatch | undefined> {
  const trace = await traceOf(store, item);
  if (!trace) return undefined;
  const { request: id } = trace;
  try {
    const known = await storedRequest(store, id);
    if (!known || known.ended !== undefined || !known.items.includes(item)) return undefined;
    const payloads: string[] = [];
    for (const one of known.items) {
      const record = await store.get(recordKey(one));
      if (!record) return undefined;
      if (isDecryptRecord(record)) continue;
      const { prepared } = takeUp(record, one, clock.now(), formats);
      payloads.push(...prepared.parts.map(({ input }) => sha256Hex(input.message)));
    }
    return { id, payloads };
  } catch (error) {
    if (SignError.is(error, 'ERR_MALFORMED')) return undefined;
    throw error;
  }
}
