import { type Descriptor, type JsonObject, SignError } from '@securosys/core';
import type { Call } from '@securosys/transport';
import { checkTagContent } from '../internal/arguments.js';
import { Turns } from '../internal/turns.js';
import type { ResolvedManifest, TagUpdate } from '../repository.js';
import { tagOf, updateIndex, withEntry } from './index-file.js';
import { writeBlob } from './store.js';

/** One update of a tag at a time per layout in this process. */
const turns = new Turns();
const attempts = 20;

/** The tag names another manifest than the one that was changed. */
class Moved extends Error {}

/** Entries with the tag on `next`; what it named before is an older version of the same thing and is listed no longer. */
function replaced(entries: readonly JsonObject[], tag: string, before: string | undefined, next: Descriptor): object[] {
  const tagged = entries.filter((entry) => tagOf(entry) === tag);
  if (tagged.some(({ digest }) => digest !== before) || (before !== undefined && tagged.length === 0))
    throw new SignError('ERR_CONFLICT', `another writer moved the tag ${tag}`, { cause: new Moved() });
  return withEntry(
    entries.filter((entry) => tagOf(entry) !== tag),
    next,
    tag,
  );
}

/**
 * Changes the manifest behind a tag of an image layout so that many writers, also of other processes, lose nothing.
 * @param read what the tag names; `undefined` when there is no such tag
 * @throws SignError `ERR_CONFLICT`, `ERR_STORE`
 */
export async function updateLayoutTag(
  call: Call,
  layout: string,
  tag: string,
  update: TagUpdate,
  read: () => Promise<ResolvedManifest | undefined>,
  maxBytes: number,
): Promise<Descriptor | undefined> {
  return turns.take(`${layout}\n${tag}`, async () => {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const current = await read();
      const wanted = await call.race(Promise.resolve(update(current)));
      if (!wanted) return current?.descriptor;
      const { bytes, mediaType } = wanted;
      checkTagContent(wanted, maxBytes);
      const next = { mediaType, digest: await call.step(writeBlob(layout, bytes)), size: bytes.byteLength };
      try {
        await call.race(updateIndex(layout, maxBytes, (entries) => replaced(entries, tag, current?.descriptor.digest, next)));
        return next;
      } catch (error) {
        if (!(SignError.is(error, 'ERR_CONFLICT') && error.cause instanceof Moved)) throw error;
      }
    }
    throw new SignError('ERR_CONFLICT', `other writers keep moving the tag ${tag} of the image layout`);
  });
}
