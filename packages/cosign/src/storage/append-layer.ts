import {
  type CallOptions,
  canonicalJson,
  type Descriptor,
  type JsonObject,
  type JsonValue,
  parseJsonObject,
  SignError,
  utf8Bytes,
} from '@securosys/core';
import { type ImageManifest, mediaTypes, type Repository, type ResolvedManifest, type TagUpdate } from '@securosys/oci';
import { cosignLimits } from '../constants.js';
import { isUnusable } from '../unusable.js';
import { legacyTag } from './legacy-tag.js';
import { signatureConfig } from './signature-config.js';
import type { NewLayer } from './signature-layer.js';

const configBytes = 4 << 20;

/** A manifest behind a `.sig` or `.att` tag. */
interface Current {
  readonly manifest: ImageManifest;
  /** As it is stored, with members and layers that we do not know. */
  readonly document: JsonObject;
  readonly layers: readonly JsonValue[];
}

function currentOf(found: ResolvedManifest): Current {
  const { manifest, bytes } = found;
  if (manifest.kind !== 'manifest')
    throw new SignError('ERR_MALFORMED', 'what the tag names is no image manifest, so nothing can be appended to it');
  const document = parseJsonObject(bytes, { what: 'manifest', maxDepth: 16, maxValues: 500_000 });
  return { manifest, document, layers: Array.isArray(document.layers) ? document.layers : [] };
}

/** The config that is there; one that is lost or broken is made anew, because nobody reads it for verifying. */
async function configOf(repository: Repository, { manifest }: Current, call: CallOptions): Promise<JsonObject | undefined> {
  try {
    const bytes = await repository.fetchBlob(manifest.config, { ...call, maxBytes: configBytes });
    return parseJsonObject(bytes, { what: 'config', maxBytes: configBytes });
  } catch (error) {
    if (isUnusable(error)) return undefined;
    throw error;
  }
}

/** Those of `wanted` that are not among `known`, each once. */
function missing(known: readonly JsonValue[], wanted: readonly JsonValue[]): JsonValue[] {
  const seen = new Set(known.map(canonicalJson));
  return wanted.filter((layer) => {
    const text = canonicalJson(layer);
    return !seen.has(text) && seen.add(text);
  });
}

/**
 * Appends a layer as an update of its tag (`cosign.md` §3.4). Foreign layers, and members that we do not know, are kept as they are. Layers
 * that we saw once and that another writer lost come back.
 */
function appending(
  repository: Repository,
  layer: NewLayer,
  same: (known: Descriptor) => Promise<boolean>,
  call: CallOptions,
): TagUpdate {
  const { mediaType, digest, size, annotations } = layer.descriptor;
  const own: JsonObject = { mediaType, size, digest, annotations: { ...annotations } };
  let written: readonly JsonValue[] = [];
  return async (found) => {
    const current = found && currentOf(found);
    for (const known of current?.manifest.layers ?? []) if (await same(known)) return undefined;
    const known = current?.layers ?? [];
    const layers = [...known, ...missing(known, [...written, own])];
    if (layers.length > cosignLimits.layers)
      throw new SignError('ERR_LIMIT', `there would be over ${cosignLimits.layers} layers behind the .${layer.tag} tag`);
    written = layers;
    const digests = layers.map((one) => String((one as JsonObject).digest));
    const config = signatureConfig(digests, current && (await configOf(repository, current, call)));
    const configType = current?.manifest.config.mediaType ?? mediaTypes.imageConfig;
    const stored = await repository.pushBlob(config, configType, call);
    const manifestType = current?.manifest.mediaType ?? mediaTypes.imageManifest;
    const document = {
      schemaVersion: 2,
      mediaType: manifestType,
      ...current?.document,
      config: { mediaType: configType, size: stored.size, digest: stored.digest },
      layers,
    };
    return { bytes: utf8Bytes(JSON.stringify(document)), mediaType: manifestType };
  };
}

/**
 * Stores a layer behind the tag of an image, unless it is there.
 * @param same whether a layer that is there is this one
 * @returns descriptor of the manifest that holds it
 * @throws SignError `ERR_CONFLICT` when other writers kept writing over it; `ERR_MALFORMED`, `ERR_LIMIT`; those of the repository
 */
export async function appendLayer(
  repository: Repository,
  subject: Pick<Descriptor, 'digest'>,
  layer: NewLayer,
  same: (known: Descriptor) => Promise<boolean>,
  call: CallOptions,
): Promise<Descriptor> {
  await repository.pushBlob(layer.content, layer.descriptor.mediaType, call);
  const update = appending(repository, layer, same, call);
  const stored = await repository.updateTag(legacyTag(subject.digest, layer.tag), update, call);
  if (!stored) throw new SignError('ERR_PROTOCOL', 'the tag that was written names nothing');
  return stored;
}
