import {
  type Clock,
  invalidArgument,
  isJsonObject,
  type JsonObject,
  knownOptions,
  type PendingStore,
  systemClock,
} from '@securosys/core';
import { clearOne, endedKeptMs } from './clear-ended.js';
import { type DecryptIdentity, decryptId, isDecryptRecord } from './decrypt-record.js';
import { type RequestIdentity, requestId } from './request-identity.js';
import { isTime, outlineId, readOutline } from './stored-request.js';

/** One item, as the store says. Texts are what the store holds: make them safe before showing them. */
export interface ListedRequestItem {
  /** 64 hex characters. */
  readonly id: string;
  /** `repository@digest`, or `blob@digest`; absent when its record is gone. */
  readonly reference?: string;
  readonly tag?: string;
  /** Id of the format; `ocicrypt` for what is decrypted. */
  readonly format?: string;
}

/** A signing request that is not over, as the store says. */
export interface ListedSigningRequest {
  /** For `resumeSigningRequest`, which believes nothing of this. */
  readonly id: string;
  /** Milliseconds since 1970; absent for what `signImage` and the like have asked. */
  readonly createdAt?: number;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number;
  readonly items: readonly ListedRequestItem[];
}

function itemOf(record: JsonObject): ListedRequestItem | undefined {
  const { kind, identity } = record;
  if (!isJsonObject(identity)) return undefined;
  const { reference, tag, format } = identity;
  const decrypts = isDecryptRecord(record);
  if (!decrypts && kind !== 'signing-request') return undefined;
  // An id that is not computed from what is shown could be another one's.
  const id = decrypts ? decryptId(identity as unknown as DecryptIdentity) : requestId(identity as unknown as RequestIdentity);
  return {
    id,
    ...(typeof reference === 'string' && { reference }),
    ...(typeof tag === 'string' && { tag }),
    ...(decrypts ? { format: 'ocicrypt' } : typeof format === 'string' && { format }),
  };
}

/**
 * What a store has of signing requests that are not over, oldest first; those that `signImage` and the like have left come last. Nothing of it
 * is verified, and nobody is asked. What has been over for 180 days is cleared away.
 * @throws SignError `ERR_INVALID_ARGUMENT` for a store that cannot list its records, and those of the store
 */
export async function listSigningRequests(
  store: PendingStore,
  options: { clock?: Clock } = {},
): Promise<readonly ListedSigningRequest[]> {
  knownOptions('listSigningRequests', options, ['clock']);
  if (typeof store?.records !== 'function') return invalidArgument('this store cannot list its records');
  const items = new Map<string, ListedRequestItem>();
  const requests: { id: string; createdAt: number; expiresAt?: number; items: readonly string[] }[] = [];
  const { clock = systemClock } = options;
  const before = clock.now() - endedKeptMs;
  for await (const record of store.records()) {
    if (await clearOne(store, record, before)) continue;
    const item = itemOf(record);
    if (item) items.set(item.id, item);
    if (record.kind !== 'signing-requests' || record.ended !== undefined) continue;
    const outline = readOutline(record);
    const { createdAt } = record;
    if (outline && isTime(createdAt)) requests.push({ ...outline, id: outlineId(outline), createdAt });
  }
  const taken = new Set(requests.flatMap((request) => request.items));
  const listed = requests
    .sort((a, b) => a.createdAt - b.createdAt)
    .map(({ id, createdAt, expiresAt, items: ids }): ListedSigningRequest => {
      const own = ids.map((item) => items.get(item) ?? { id: item });
      return { id, createdAt, ...(expiresAt !== undefined && { expiresAt }), items: own };
    });
  const alone = [...items.values()]
    .filter(({ id }) => !taken.has(id))
    .map((item): ListedSigningRequest => ({ id: item.id, items: [item] }));
  return [...listed, ...alone];
}
