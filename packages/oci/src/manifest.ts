import { type Descriptor, type JsonObject, type JsonValue, parseJsonObject, SignError, sanitizeText } from '@securosys/core';
import { decodeAnnotations, decodeArtifactType, decodeDescriptor, malformed, refuseCaseVariants } from './descriptor.js';
import { defaultLimits } from './limits.js';
import { manifestKind, mediaTypes } from './media-types.js';

interface ManifestCommon {
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Image manifest of OCI, or of Docker's schema 2. */
export interface ImageManifest extends ManifestCommon {
  readonly kind: 'manifest';
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** Image index of OCI, or Docker's manifest list. */
export interface ImageIndex extends ManifestCommon {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
}

/** The withdrawn artifact manifest of OCI: blobs, and neither config nor layers. It is read and copied, never made here. */
export interface ArtifactManifest extends ManifestCommon {
  readonly kind: 'artifact';
  readonly artifactType: string;
  readonly blobs: readonly Descriptor[];
}

/** A decoded manifest of some kind. */
export type Manifest = ImageManifest | ImageIndex | ArtifactManifest;

/** Most entries of one manifest or index. */
const maxEntries = 10_000;

const common = ['schemaVersion', 'mediaType', 'artifactType', 'subject', 'annotations'];
const only = { manifest: ['config', 'layers'], index: ['manifests'], artifact: ['blobs'] } as const;
/** Members of other document types: one of them beside ours makes a document with two readings (CVE-2021-41190). */
const foreign = ['config', 'layers', 'manifests', 'blobs', 'fsLayers', 'history', 'signatures'];

/**
 * The one manifest decoder (threat model S19): image manifest and index of OCI, schema 2 manifest and list of Docker,
 * and for reading the withdrawn artifact manifest.
 * The document must be what `mediaType` says and nothing else besides.
 * @param bytes at most `maxBytes`, by default 4 MiB; at most 10,000 entries
 * @param mediaType of the descriptor or of `Content-Type`, without parameters
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function decodeManifest(bytes: Uint8Array, mediaType: string, maxBytes = defaultLimits.manifestBytes): Manifest {
  const kind = manifestKind(mediaType);
  if (!kind) return malformed('manifest', `media type '${sanitizeText(String(mediaType), 100)}' is not one of a manifest`);
  return decodeMembers(manifestJson(bytes, maxBytes), mediaType, kind);
}

/** The document that a manifest is, by the limits of all manifests. @throws SignError `ERR_MALFORMED`, `ERR_LIMIT` */
export function manifestJson(bytes: Uint8Array, maxBytes: number, what = 'manifest'): JsonObject {
  return parseJsonObject(bytes, { what, maxBytes, maxDepth: 16, maxValues: 500_000 });
}

/** {@link decodeManifest} for `index.json` of a layout, whose document is needed as well. */
export function decodeLayoutIndex(document: JsonObject): Manifest {
  return decodeMembers(document, mediaTypes.imageIndex, 'index');
}

function decodeMembers(json: JsonObject, mediaType: string, kind: Manifest['kind']): Manifest {
  const own = only[kind] as readonly string[];
  refuseCaseVariants(json, [...common, ...foreign], kind);
  for (const name of foreign)
    if (!own.includes(name) && name in json) malformed(kind, `holds '${name}' of another document type`);
  // The artifact manifest had none.
  if (json.schemaVersion !== 2 && !(kind === 'artifact' && json.schemaVersion === undefined))
    malformed(kind, 'schemaVersion is not 2');
  // Docker's types demand the member; OCI recommends it. What is there must agree.
  if (json.mediaType === undefined ? mediaType.startsWith('application/vnd.docker.') : json.mediaType !== mediaType)
    malformed(kind, `its own media type is not '${mediaType}'`);
  const artifactType = decodeArtifactType(json.artifactType, kind);
  const annotations = decodeAnnotations(json.annotations, kind);
  const shared = {
    mediaType,
    ...(artifactType !== undefined && { artifactType }),
    ...(json.subject !== undefined && json.subject !== null && { subject: decodeDescriptor(json.subject, `${kind} subject`) }),
    ...(annotations && { annotations }),
  };
  switch (kind) {
    case 'index':
      return { kind, ...shared, manifests: decodeList(json.manifests, 'index manifests') };
    case 'artifact':
      if (artifactType === undefined) return malformed(kind, 'artifactType is missing');
      // The list could be left out.
      return { kind, ...shared, artifactType, blobs: json.blobs === undefined ? [] : decodeList(json.blobs, 'artifact blobs') };
    case 'manifest': {
      const config = decodeDescriptor(json.config, 'manifest config');
      return { kind, ...shared, config, layers: decodeList(json.layers, 'manifest layers') };
    }
  }
}

function entriesOf(value: JsonValue | undefined, what: string): readonly JsonValue[] {
  if (!Array.isArray(value)) return malformed(what, 'array expected');
  if (value.length > maxEntries) throw new SignError('ERR_LIMIT', `${what}: over ${maxEntries} entries`);
  return value;
}

function decodeList(value: JsonValue | undefined, what: string): readonly Descriptor[] {
  return entriesOf(value, what).map((entry) => decodeDescriptor(entry, what));
}

/** A listing of referrers: the index as it is, and the entries that are descriptors. */
export interface Listing {
  readonly document: JsonObject;
  /** Every entry as it is, with members that we do not know. */
  readonly raw: readonly JsonValue[];
  readonly entries: readonly Descriptor[];
}

/**
 * An index that lists what others attached. Whoever may push decides over an artifact type there, so one entry that is no descriptor does not hide
 * the others (`notation.md` §20 no. 62).
 * @param skip told why an entry is left out
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function decodeListing(bytes: Uint8Array, maxBytes: number, skip: (error: SignError) => void): Listing {
  const document = parseJsonObject(bytes, { what: 'referrers listing', maxBytes, maxDepth: 16, maxValues: 500_000 });
  const raw = entriesOf(document.manifests, 'referrers listing');
  decodeMembers({ ...document, manifests: [] }, mediaTypes.imageIndex, 'index');
  const entries: Descriptor[] = [];
  for (const entry of raw) {
    try {
      entries.push(decodeDescriptor(entry, 'referrers listing'));
    } catch (error) {
      if (!SignError.is(error)) throw error;
      skip(error);
    }
  }
  return { document, raw, entries };
}

/** What a listing calls an artifact: the manifest's own type, else that of its config (distribution-spec, referrers). */
export function artifactTypeOf(manifest: Manifest): string | undefined {
  return manifest.artifactType ?? (manifest.kind === 'manifest' ? manifest.config.mediaType : undefined);
}
