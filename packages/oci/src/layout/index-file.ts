import { join } from 'node:path';
import {
  type Descriptor,
  equalBytes,
  isJsonObject,
  type JsonObject,
  nodeFiles,
  parseJsonObject,
  SignError,
  utf8Bytes,
} from '@securosys/core';
import { Turns } from '../internal/turns.js';
import { decodeManifest } from '../manifest.js';
import { mediaTypes, refName } from '../media-types.js';
import { errno, readPlainFile, writeWhole } from './files.js';

/** `index.json` of a layout (image-spec `image-layout.md`): entries as they are, and as we understand them. */
export interface LayoutIndex {
  readonly bytes: Uint8Array;
  readonly document: JsonObject;
  readonly raw: readonly JsonObject[];
  readonly entries: readonly Descriptor[];
}

/** Reads `index.json`. @throws SignError `ERR_NOT_FOUND`, `ERR_STORE`, `ERR_MALFORMED`, `ERR_LIMIT` */
export async function readIndex(layout: string, maxBytes: number): Promise<LayoutIndex> {
  const bytes = await readPlainFile(join(layout, 'index.json'), maxBytes);
  const index = decodeManifest(bytes, mediaTypes.imageIndex, maxBytes);
  const document = parseJsonObject(bytes, { what: 'index.json', maxBytes, maxDepth: 16, maxValues: 500_000 });
  if (index.kind !== 'index' || !Array.isArray(document.manifests))
    throw new SignError('ERR_MALFORMED', 'index.json is not an index');
  return { bytes, document, raw: document.manifests.filter(isJsonObject), entries: index.manifests };
}

/** One writer at a time per folder in this process. */
const turns = new Turns();

async function realName(layout: string): Promise<string> {
  try {
    return await nodeFiles().realpath(layout);
  } catch (error) {
    throw new SignError(errno(error) === 'ENOENT' ? 'ERR_NOT_FOUND' : 'ERR_STORE', 'image layout: the folder is gone', {
      cause: error,
    });
  }
}

class Changed extends Error {}

/**
 * Changes the entries of `index.json`. Other members, and members of entries that we do not know, stay. A change by another
 * process between reading and renaming is noticed and the work is done again.
 */
export async function updateIndex(
  layout: string,
  maxBytes: number,
  change: (entries: readonly JsonObject[]) => readonly object[],
): Promise<void> {
  await turns.take(await realName(layout), async () => {
    for (let attempt = 0; attempt < 10; attempt++) {
      const before = await readIndex(layout, maxBytes);
      const bytes = utf8Bytes(JSON.stringify({ ...before.document, manifests: change(before.raw) }));
      decodeManifest(bytes, mediaTypes.imageIndex, maxBytes);
      try {
        await writeWhole(join(layout, 'index.json'), bytes, async () => {
          const now = await readPlainFile(join(layout, 'index.json'), maxBytes);
          if (!equalBytes(now, before.bytes)) throw new SignError('ERR_CONFLICT', 'index.json changed', { cause: new Changed() });
        });
        return;
      } catch (error) {
        if (!(SignError.is(error, 'ERR_CONFLICT') && error.cause instanceof Changed)) throw error;
      }
    }
    throw new SignError('ERR_CONFLICT', 'index.json of the image layout keeps changing');
  });
}

/** Adds an entry; a tag moves to it from whichever entry had it before, which stays listed without a name. */
export function withEntry(entries: readonly JsonObject[], entry: Descriptor, tag: string | undefined): object[] {
  const kept = tag === undefined ? [...entries] : entries.map((known) => (tagOf(known) === tag ? withoutTag(known) : known));
  const same = (known: JsonObject) => known.digest === entry.digest;
  if (tag === undefined) return kept.some(same) ? kept : [...kept, entry];
  const named = { ...entry, annotations: { ...entry.annotations, [refName]: tag } };
  return [...kept.filter((known) => !(same(known) && tagOf(known) === undefined)), named];
}

/** The tag of an entry; `undefined` when it has none. */
export function tagOf(entry: JsonObject): unknown {
  return isJsonObject(entry.annotations) ? entry.annotations[refName] : undefined;
}

function withoutTag(entry: JsonObject): JsonObject {
  const { annotations, ...rest } = entry;
  const { [refName]: _, ...others } = isJsonObject(annotations) ? annotations : {};
  return Object.keys(others).length === 0 ? rest : { ...rest, annotations: others };
}
