import { join } from 'node:path';
import { type Descriptor, equalBytes, isJsonObject, type JsonObject, SignError, utf8Bytes } from '@securosys/core';
import { decodeLayoutIndex, manifestJson } from '../manifest.js';
import { readPlainFile } from './files.js';

/** `index.json` of a layout (image-spec `image-layout.md`): entries as they are, and as we understand them. */
export interface LayoutIndex {
  readonly bytes: Uint8Array;
  readonly document: JsonObject;
  readonly raw: readonly JsonObject[];
  readonly entries: readonly Descriptor[];
}

/**
 * The index that was read or written last: whoever works on a layout reads the same bytes many times. Compared byte for byte with what the
 * file holds; never more than one.
 */
let last: { readonly layout: string; readonly index: LayoutIndex } | undefined;

/** Keeps an index for the next reader. */
export function remember(layout: string, index: LayoutIndex): void {
  last = { layout, index };
}

/** Reads `index.json`. @throws SignError `ERR_NOT_FOUND`, `ERR_STORE`, `ERR_MALFORMED`, `ERR_LIMIT` */
export async function readIndex(layout: string, maxBytes: number): Promise<LayoutIndex> {
  const bytes = await readPlainFile(join(layout, 'index.json'), maxBytes);
  if (last?.layout === layout && equalBytes(last.index.bytes, bytes)) return last.index;
  const index = indexOf(bytes, maxBytes);
  remember(layout, index);
  return index;
}

function indexOf(bytes: Uint8Array, maxBytes: number): LayoutIndex {
  const document = manifestJson(bytes, maxBytes, 'index.json');
  const index = decodeLayoutIndex(document);
  if (index.kind !== 'index' || !Array.isArray(document.manifests))
    throw new SignError('ERR_MALFORMED', 'index.json is not an index');
  return { bytes, document, raw: document.manifests.filter(isJsonObject), entries: index.manifests };
}

/** Each entry as JSON: of a thousand entries one is new. */
const texts = new WeakMap<object, string>();

function entryText(entry: object): string {
  const known = texts.get(entry);
  if (known !== undefined) return known;
  const text = JSON.stringify(entry);
  texts.set(entry, text);
  return text;
}

function documentText(document: JsonObject, entries: readonly object[]): string {
  const members = Object.entries(document).map(([name, value]) => {
    return `${JSON.stringify(name)}:${name === 'manifests' ? `[${entries.map(entryText).join(',')}]` : JSON.stringify(value)}`;
  });
  return `{${members.join(',')}}`;
}

/** With more entries than this, what is written is read once more before it is written: limits are near. */
const fewEntries = 5_000;

/**
 * The index with other entries. Only those that were not there before are looked at: the others were read.
 * @throws SignError `ERR_LIMIT` for an index that nobody could read, `ERR_MALFORMED` for an entry that is no descriptor
 */
export function changedIndex(before: LayoutIndex, changed: readonly object[], maxBytes: number): LayoutIndex {
  const bytes = utf8Bytes(documentText(before.document, changed));
  if (changed.length > fewEntries || bytes.byteLength > maxBytes) return indexOf(bytes, maxBytes);
  const known = new Map<object, Descriptor>(before.raw.map((entry, at) => [entry, before.entries[at] as Descriptor]));
  const fresh = changed.filter((entry) => !known.has(entry));
  const added = indexOf(utf8Bytes(JSON.stringify({ ...before.document, manifests: fresh })), maxBytes);
  let next = 0;
  const pairs = changed.map((entry): readonly [JsonObject, Descriptor] => {
    const descriptor = known.get(entry);
    if (descriptor) return [entry as JsonObject, descriptor];
    const at = next++;
    return [added.raw[at] as JsonObject, added.entries[at] as Descriptor];
  });
  return { bytes, document: added.document, raw: pairs.map(([entry]) => entry), entries: pairs.map(([, entry]) => entry) };
}
