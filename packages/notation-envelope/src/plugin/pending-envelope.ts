import {
  canonicalJson,
  hexText,
  isJsonObject,
  type JsonObject,
  nodeCrypto,
  type Operation,
  type PendingStore,
  type Prepared,
  recordKey,
  SignError,
  sha256Hex,
  utf8Bytes,
} from '@securosys/core';
import type { NotationSignature } from '../signing/signature.js';
import type { NotationFormat } from './formats.js';

const kind = 'notation-envelope';

/** What makes two runs of the host one: same key, same artifact, same envelope, same validity. */
export interface EnvelopeIdentity {
  readonly backend: string;
  readonly spkiSha256: string;
  readonly mediaType: string;
  readonly payloadSha256: string;
  readonly expirySeconds?: number;
}

/** An envelope that people decide on, or did a moment ago. */
export interface PendingEnvelope {
  readonly prepared: Prepared<NotationSignature>;
  /** Found in the store: an earlier run has asked already. */
  readonly found: boolean;
  /**
   * Says that the envelope was handed to the host. Both records stay for a while, because the host may fail to push it, and would have to
   * ask the same people again.
   */
  finish(operation: Operation<Uint8Array>, now: number): Promise<void>;
  /** Forgets it: the request has ended without a signature, or what it says is no longer true. */
  forget(): Promise<void>;
}

/** How long a finished envelope is given out again, in milliseconds. */
export const repeatedForMs = 15 * 60_000;

const keyOf = (identity: EnvelopeIdentity): string => sha256Hex(utf8Bytes(canonicalJson({ kind, version: 1, ...identity })));

const isFinished = (record: JsonObject): boolean => typeof record.finishedAt === 'number';
const isOver = (record: JsonObject, now: number): boolean =>
  typeof record.finishedAt === 'number' && !(now - record.finishedAt >= 0 && now - record.finishedAt < repeatedForMs);

/** Removes what finished long ago: nobody will ask for it again. */
async function sweep(store: PendingStore, now: number): Promise<void> {
  if (!store.records) return;
  for await (const record of store.records()) {
    if (record.kind !== kind || !isOver(record, now) || typeof record.key !== 'string') continue;
    if (typeof record.requestKey === 'string') await store.delete(record.requestKey);
    await store.delete(record.key);
  }
}

/**
 * What people were asked for, with the certificates that the key has now: those of the first run may have been replaced because they were
 * revoked, and what people decide on does not hold them.
 * @throws SignError `ERR_REQUEST_STALE` for certificates that were not valid yet when the envelope says that it was signed
 */
async function restored(
  format: NotationFormat,
  asked: JsonObject,
  fresh: Prepared<NotationSignature>,
  forget: () => Promise<void>,
): Promise<Prepared<NotationSignature>> {
  const { chain = null, signingAgent = null } = fresh.toJSON();
  try {
    return format.restore({ ...asked, chain, signingAgent });
  } catch (cause) {
    if (!SignError.is(cause, 'ERR_CHAIN_INVALID')) throw cause;
    await forget();
    const why = 'the certificates of the key were replaced by ones that were not valid yet when people were asked';
    throw new SignError('ERR_REQUEST_STALE', why, { cause });
  }
}

/**
 * The envelope that an earlier run has prepared for the same thing, or a new one, stored before anybody is asked. Its bytes are what
 * people decide on, signing time included, so a later run must use them and no others.
 * @throws SignError `ERR_STORE`, `ERR_MALFORMED` for a record that is not this program's, `ERR_REQUEST_STALE`
 */
export async function pendingEnvelope(
  { store, format, now }: { readonly store: PendingStore; readonly format: NotationFormat; readonly now: number },
  identity: EnvelopeIdentity,
  prepare: () => Prepared<NotationSignature>,
): Promise<PendingEnvelope> {
  await sweep(store, now);
  const key = keyOf(identity);
  const old = await store.get(key);
  if (old && isOver(old, now) && typeof old.nonce === 'string') await store.delete(key, { ifNonce: old.nonce });
  const over = (nonce: string, found: boolean, prepared: Prepared<NotationSignature>, record: JsonObject): PendingEnvelope => ({
    prepared,
    found,
    finish: async (operation, at) => {
      if (isFinished(record)) return;
      await store.put(key, { ...record, finishedAt: at, requestKey: recordKey(operation) }, { ifNonce: nonce });
    },
    forget: async () => void (await store.delete(key, { ifNonce: nonce })),
  });
  const nonce = hexText(nodeCrypto().randomBytes(16));
  const fresh = prepare();
  const record: JsonObject = { kind, version: 1, key, nonce, prepared: fresh.toJSON() };
  if (await store.put(key, record, { ifAbsent: true })) return over(nonce, false, fresh, record);
  const known = await store.get(key);
  if (!known || known.kind !== kind || typeof known.nonce !== 'string' || !isJsonObject(known.prepared))
    throw new SignError('ERR_STORE', 'the record of an earlier run cannot be read, or has just gone: run this again');
  const { nonce: foundNonce, prepared: asked } = known;
  const forget = async () => void (await store.delete(key, { ifNonce: foundNonce }));
  return over(foundNonce, true, await restored(format, asked, fresh, forget), known);
}
