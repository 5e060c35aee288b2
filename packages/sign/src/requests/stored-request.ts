import {
  canonicalJson,
  isJsonObject,
  type JsonObject,
  type PendingStore,
  SignError,
  sha256Hex,
  utf8Bytes,
} from '@securosys/core';
import { hasOnly, isText } from '../formats/members.js';

/** What a request of several items is, beside its items. */
export interface RequestOutline {
  /** `each`: what is ready is published; `all`: nothing before everything is ready. */
  readonly publish: 'each' | 'all';
  /** Milliseconds since 1970: nothing is asked or published from here on. */
  readonly expiresAt?: number;
  /** How often it was prepared anew: approvers who still have tasks of the one before see another request. */
  readonly again?: number;
  /** Ids of the items, in order. */
  readonly items: readonly string[];
}

/** What the store holds of it. */
export interface StoredRequest extends RequestOutline {
  /** Tells this request from a later one about the same. */
  readonly nonce: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** It is over: kept so that an old request file is not begun again; with the items whose records are not cleared away yet. */
  readonly ended?: 'published' | 'cancelled';
  /** Milliseconds since 1970: when it was over. */
  readonly endedAt?: number;
}

/** Most items of one request. */
export const mostItems = 5_000;

/**
 * Id of a request of several items: SHA-256 over what its items are and how they are published, 64 hex characters. Asking for the same again
 * finds the same request, and a record that was altered no longer fits the id that its caller holds (S30).
 */
export function outlineId(request: RequestOutline): string {
  const outline = { kind: 'signing-requests', ...outlineOf(request) };
  return sha256Hex(utf8Bytes(canonicalJson(outline)));
}

/** The members of an outline, and no others. */
export function outlineOf({ publish, expiresAt, again, items }: RequestOutline): RequestOutline {
  return { publish, items, ...(expiresAt !== undefined && { expiresAt }), ...(again !== undefined && { again }) };
}

/** Key of the record in a pending store. */
export function requestKey(id: string): string {
  return `requests-${id}`;
}

/** @param id written down with an end, when the items that it is computed from may be cleared away */
export function writeStored(id: string, request: StoredRequest): JsonObject {
  const { nonce, createdAt, ended, endedAt } = request;
  const { items, ...outline } = outlineOf(request);
  return {
    version: 1,
    kind: 'signing-requests',
    nonce,
    createdAt,
    ...outline,
    items: [...items],
    ...(ended !== undefined && { id, ended, ...(endedAt !== undefined && { endedAt }) }),
  };
}

const names = ['version', 'kind', 'id', 'nonce', 'createdAt', 'publish', 'expiresAt', 'again', 'items', 'ended', 'endedAt'];
/** The last millisecond that RFC 3339 can write down. */
const lastMs = 253_402_300_799_999;

/** Whether a number is a time in milliseconds since 1970 that can be shown. */
export const isTime = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= lastMs;

const isId = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

/** Reads what is no more than an outline. `undefined` for what is none. */
export function readOutline({ publish, expiresAt, again, items }: JsonObject): RequestOutline | undefined {
  const isTimeIfAny = (value: unknown): value is number | undefined => value === undefined || isTime(value);
  if ((publish !== 'each' && publish !== 'all') || !isTimeIfAny(expiresAt) || !isTimeIfAny(again)) return undefined;
  if (!Array.isArray(items) || items.length > mostItems || !items.every(isId)) return undefined;
  return outlineOf({ publish, items, ...(expiresAt !== undefined && { expiresAt }), ...(again !== undefined && { again }) });
}

/**
 * Reads a record that anybody may have altered: what it is about must hash to `id`.
 * @throws SignError `ERR_MALFORMED`
 */
export function readStored(json: JsonObject, id: string): StoredRequest {
  const { version, kind, nonce, createdAt, ended, endedAt } = json;
  const outline = isJsonObject(json) && hasOnly(json, names) ? readOutline(json) : undefined;
  const over = ended === 'published' || ended === 'cancelled';
  if (
    !outline ||
    version !== 1 ||
    kind !== 'signing-requests' ||
    !isText(nonce) ||
    !isTime(createdAt) ||
    !(over || ended === undefined) ||
    !(endedAt === undefined || isTime(endedAt))
  )
    throw new SignError('ERR_MALFORMED', `the store holds no signing request under ${id}`);
  if (!over && outlineId(outline) !== id)
    throw new SignError('ERR_MALFORMED', `the stored signing request ${id} is about something else: it was altered`);
  return { ...outline, nonce, createdAt, ...(over && { ended }), ...(over && endedAt !== undefined && { endedAt }) };
}

/** What the store knows of a request. */
export async function storedRequest(store: PendingStore, id: string): Promise<StoredRequest | undefined> {
  const record = await store.get(requestKey(id));
  return record && readStored(record, id);
}

/** @throws SignError `ERR_REQUEST_NOT_FOUND` for a request that is over */
export function assertNotOver(id: string, { ended }: Pick<StoredRequest, 'ended'>): void {
  if (ended !== undefined)
    throw new SignError('ERR_REQUEST_NOT_FOUND', `signing request ${id} is over: it was ${ended}`, {
      details: { requestId: id, ended },
    });
}
