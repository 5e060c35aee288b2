import { type Descriptor, isJsonObject, type JsonValue, SignError, utf8Bytes } from '@securosys/core';
import { type Call, discard } from '@securosys/transport';
import { decodeListing } from '../manifest.js';
import { mediaTypes } from '../media-types.js';
import type { RegistryClient } from './client.js';
import { putManifest } from './put-manifest.js';
import { readReferrersTag, referrersTag, type TaggedIndex } from './referrers-tag.js';
import { passes, pause, tries } from './repetition.js';

const writes = 12;
/** Shortest time in milliseconds after which an entry that is still there counts as settled. */
const settleMs = 100;
/** Longest time in milliseconds that another writer is expected to take. */
const longestWriteMs = 10_000;

/** Entries are written back as they are, with members that we do not know. */
type Entry = Descriptor | JsonValue;

/** What one writer has seen and done so far. */
interface Merge {
  readonly call: Call;
  readonly client: RegistryClient;
  readonly subject: Descriptor;
  readonly entry: Descriptor;
  /** Entries of the index that we wrote last. */
  written: readonly Entry[];
  /** When the tag was read last, in milliseconds since the epoch. */
  readAt: number;
  /** Digests of the indexes that our writes replaced, as far as they list referrers and nothing else. */
  readonly replaced: Set<string>;
  /** Longest time from reading the index to its replacement being stored, in milliseconds. */
  slowest: number;
}

/**
 * Adds an entry to the referrers tag. The tag schema has no locks, and plain read-modify-write loses signatures while every signer
 * reports success (`notation.md` §11.2, §20 no. 61). So after each write the index is read back, and again after a pause that outlasts a
 * writer who had read before us: one as slow as we were, and some. Whoever finds himself written over merges what he wrote
 * with what is there now, so that entries of third parties come back too.
 * @param prune whether to delete the indexes that were replaced. A failure of that is logged only (§20 no. 56), and without it they stay,
 * because another writer may just have made the same one current again
 * @throws SignError `ERR_CONFLICT` when others kept overwriting the entry
 */
export async function addToReferrersTag(
  call: Call,
  client: RegistryClient,
  subject: Descriptor,
  entry: Descriptor,
  prune: boolean,
): Promise<void> {
  await client.turns.take(`${client.name}@${subject.digest}`, async () => {
    const merge: Merge = { call, client, subject, entry, written: [], readAt: 0, replaced: new Set(), slowest: 0 };
    await untilSettled(merge);
    if (prune) await deleteReplaced(merge);
  });
}

async function untilSettled(merge: Merge): Promise<void> {
  const { call, client, subject } = merge;
  for (let write = 0; write < writes; write++) {
    // Writers that met once would meet again without it.
    if (write > 0) await call.sleep(client.settings.random() * Math.min(2000, 100 * 2 ** write));
    await writeOnce(merge);
    if (await stays(merge)) return;
  }
  throw new SignError(
    'ERR_CONFLICT',
    `other writers keep replacing the referrers of ${subject.digest}; the manifest itself is stored`,
  );
}

async function writeOnce(merge: Merge): Promise<void> {
  const { call, client, subject, entry } = merge;
  const current = await readTag(merge);
  if (holds(current, entry)) return;
  const manifests = [...unique([...(current?.raw ?? []), ...merge.written], entry.digest), entry];
  const mediaType = mediaTypes.imageIndex;
  const bytes = utf8Bytes(JSON.stringify({ schemaVersion: 2, mediaType, ...current?.document, manifests }));
  decodeListing(bytes, client.settings.limits.manifestBytes, () => undefined);
  const stored = putManifest(call, client, bytes, mediaType, referrersTag(subject.digest));
  const failure = await stored.then(
    () => undefined,
    (error: unknown) => error ?? new Error('failed'),
  );
  merge.slowest = Math.max(merge.slowest, call.clock.now() - merge.readAt);
  if (current && listsOnlyReferrers(current, subject)) merge.replaced.add(current.digest);
  merge.written = manifests;
  // Whether it was stored is seen by reading; if not, this was one write of many.
  if (failure && (!unsettled(failure) || !(await pause(call, client.settings.random, failure, 1)))) throw failure;
}

/** Whether an index may be deleted: the tag may have been put on an image, even on the very one that is signed. */
function listsOnlyReferrers({ digest, raw }: TaggedIndex, subject: Descriptor): boolean {
  const isReferrer = (entry: JsonValue) =>
    isJsonObject(entry) && typeof entry.artifactType === 'string' && entry.artifactType !== '' && !('platform' in entry);
  return digest !== subject.digest && raw.every(isReferrer);
}

/** Docker's registry answers 500 for a tag that somebody is just writing, so here even that may pass. */
function unsettled(error: unknown): error is SignError {
  return passes(error) || SignError.is(error, 'ERR_UNAVAILABLE');
}

async function readTag(merge: Merge): Promise<TaggedIndex | undefined> {
  const { call, client, subject } = merge;
  for (let attempt = 1; ; attempt++) {
    merge.readAt = call.clock.now();
    try {
      return await readReferrersTag(call, client, subject.digest);
    } catch (error) {
      if (!unsettled(error) || attempt >= tries || !(await pause(call, client.settings.random, error, attempt))) throw error;
    }
  }
}

async function stays(merge: Merge): Promise<boolean> {
  const { call, client, entry, slowest } = merge;
  for (let look = 0; look < 2; look++) {
    if (look > 0) await call.sleep(settleMs + Math.min(3 * slowest, longestWriteMs) + client.settings.random() * settleMs);
    if (!holds(await readTag(merge), entry)) return false;
  }
  return true;
}

async function deleteReplaced(merge: Merge): Promise<void> {
  const { call, client, replaced } = merge;
  const orWarn = async (digest: string | undefined, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (!SignError.is(error)) throw error;
      call.logger?.warn('old referrers indexes could not be deleted; they do no harm', { digest, code: error.code });
    }
  };
  await orWarn(undefined, async () => {
    const current = await readTag(merge);
    for (const digest of replaced) {
      if (digest === current?.digest) continue;
      await orWarn(digest, async () => {
        const url = client.url(`manifests/${digest}`);
        const what = `delete an old referrers index in ${client.name}`;
        await discard(await client.send(call, { method: 'DELETE', url, action: 'delete', accept: [200, 202, 404], what }));
      });
    }
  });
}

function holds(index: TaggedIndex | undefined, entry: Descriptor): boolean {
  return index?.entries.some((known) => known.digest === entry.digest) ?? false;
}

/** Each entry once and none of `digest`; what is stored now goes before what we wrote earlier. */
function unique(entries: readonly Entry[], digest: string): Entry[] {
  const seen = new Set<unknown>([digest]);
  return entries.filter((entry) => {
    const own = typeof entry === 'object' && entry !== null && 'digest' in entry ? entry.digest : undefined;
    if (typeof own !== 'string') return true;
    const known = seen.has(own);
    seen.add(own);
    return !known;
  });
}
