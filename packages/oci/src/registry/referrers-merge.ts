import { type Descriptor, isJsonObject, type JsonValue, SignError, utf8Bytes } from '@securosys/core';
import { type Call, discard } from '@securosys/transport';
import { decodeListing } from '../manifest.js';
import { mediaTypes } from '../media-types.js';
import type { RegistryClient } from './client.js';
import { readReferrersTag, referrersTag, type TaggedIndex } from './referrers-tag.js';
import { settleTag, type TagChange } from './settled-tag.js';

/** Entries are written back as they are, with members that we do not know. */
type Entry = Descriptor | JsonValue;

/**
 * Adds an entry to the referrers tag, where many writers at once lose nothing (`settleTag`). Whoever finds himself written over merges what he
 * wrote with what is there now, so that entries of third parties come back too.
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
    // As far as they list referrers and nothing else.
    const replaced = new Set<string>();
    await settle(call, client, subject, entry, replaced);
    if (prune) await deleteReplaced(call, client, subject, replaced);
  });
}

async function settle(
  call: Call,
  client: RegistryClient,
  subject: Descriptor,
  entry: Descriptor,
  replaced: Set<string>,
): Promise<void> {
  let written: readonly Entry[] = [];
  const change: TagChange<TaggedIndex> = {
    tag: referrersTag(subject.digest),
    read: () => readReferrersTag(call, client, subject.digest),
    holds: (current) => current?.entries.some((known) => known.digest === entry.digest) ?? false,
    change: (current) => {
      written = [...unique([...(current?.raw ?? []), ...written], entry.digest), entry];
      const mediaType = mediaTypes.imageIndex;
      const bytes = utf8Bytes(JSON.stringify({ schemaVersion: 2, mediaType, ...current?.document, manifests: written }));
      decodeListing(bytes, client.settings.limits.manifestBytes, () => undefined);
      return { bytes, mediaType };
    },
    replaced: (current) => {
      if (listsOnlyReferrers(current, subject)) replaced.add(current.digest);
    },
  };
  try {
    await settleTag(call, client, change);
  } catch (error) {
    if (!SignError.is(error, 'ERR_CONFLICT') || error.details.status !== undefined) throw error;
    const what = `other writers keep replacing the referrers of ${subject.digest}; the manifest itself is stored`;
    throw new SignError('ERR_CONFLICT', what, { cause: error });
  }
}

/** Whether an index may be deleted: the tag may have been put on an image, even on the very one that is signed. */
function listsOnlyReferrers({ digest, raw }: TaggedIndex, subject: Descriptor): boolean {
  const isReferrer = (entry: JsonValue) =>
    isJsonObject(entry) && typeof entry.artifactType === 'string' && entry.artifactType !== '' && !('platform' in entry);
  return digest !== subject.digest && raw.every(isReferrer);
}

async function deleteReplaced(
  call: Call,
  client: RegistryClient,
  subject: Descriptor,
  replaced: ReadonlySet<string>,
): Promise<void> {
  const orWarn = async (digest: string | undefined, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (!SignError.is(error)) throw error;
      call.logger?.warn('old referrers indexes could not be deleted; they do no harm', { digest, code: error.code });
    }
  };
  await orWarn(undefined, async () => {
    const current = await readReferrersTag(call, client, subject.digest);
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
