import { type Descriptor, isJsonObject, type JsonObject, type JsonValue, SignError, sanitizeText } from '@securosys/core';
import { parseDigest } from './digest.js';

// RFC 6838 §4.2, without parameters: image-spec descriptors carry none.
const mediaTypeGrammar = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/;
const members = ['mediaType', 'digest', 'size', 'artifactType', 'annotations', 'platform', 'urls', 'data'];

/** Refuses what is not allowed in a manifest, saying where. */
export function malformed(what: string, why: string): never {
  throw new SignError('ERR_MALFORMED', `${what}: ${why}`);
}

/**
 * Refuses members that differ from a known one in case only: readers that ignore case (Go's) would see another document (S19).
 */
export function refuseCaseVariants(object: JsonObject, known: readonly string[], what: string): void {
  for (const name of Object.keys(object)) {
    if (known.includes(name)) continue;
    const folded = name.toLowerCase();
    if (known.some((member) => member.toLowerCase() === folded))
      malformed(what, `member '${sanitizeText(name, 60)}' in the wrong case`);
  }
}

/** Whether a value is a media type by its grammar. */
export function isMediaType(value: unknown): value is string {
  return typeof value === 'string' && mediaTypeGrammar.test(value);
}

/** A media type by its grammar. */
export function decodeMediaType(value: JsonValue | undefined, what: string): string {
  return isMediaType(value) ? value : malformed(what, 'bad or missing media type');
}

/** A map of strings (image-spec `annotations.md`), without a prototype. */
export function decodeAnnotations(value: JsonValue | undefined, what: string): Readonly<Record<string, string>> | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isJsonObject(value)) return malformed(what, 'annotations are not an object');
  const out: Record<string, string> = Object.create(null);
  for (const [name, text] of Object.entries(value))
    out[name] = typeof text === 'string' ? text : malformed(what, 'an annotation is not a string');
  return out;
}

/** An optional short string. The artifact type of a stranger's manifest needs no media type grammar to be listed. */
export function decodeArtifactType(value: JsonValue | undefined, what: string): string | undefined {
  if (value === undefined || value === '') return undefined;
  return typeof value === 'string' && value.length <= 255 ? value : malformed(what, 'bad artifactType');
}

/**
 * One descriptor (image-spec `descriptor.md`). `urls` and `data` are left out on purpose: nothing is ever fetched from there (S25).
 * @throws SignError `ERR_MALFORMED`
 */
export function decodeDescriptor(value: JsonValue | undefined, what: string): Descriptor {
  if (!isJsonObject(value)) return malformed(what, 'descriptor expected');
  refuseCaseVariants(value, members, what);
  const { digest, size, platform } = value;
  if (typeof digest !== 'string') return malformed(what, 'digest missing');
  parseDigest(digest);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return malformed(what, 'bad size');
  if (platform !== undefined && platform !== null && !isJsonObject(platform)) return malformed(what, 'bad platform');
  const artifactType = decodeArtifactType(value.artifactType, what);
  const annotations = decodeAnnotations(value.annotations, what);
  return {
    mediaType: decodeMediaType(value.mediaType, what),
    digest,
    size,
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations && { annotations }),
    ...(platform && { platform: platform as JsonObject }),
  };
}

/** Equality of what a subject is: media type, digest and size (`notation.md` §11.3). */
export function sameContent(a: Descriptor, b: Descriptor): boolean {
  return a.mediaType === b.mediaType && a.digest === b.digest && a.size === b.size;
}
