import type { Descriptor, JsonObject } from '@securosys/core';
import type { ResolvedManifest } from '@securosys/oci';
import type { LayerReport } from './image-options.js';
import { descriptorsIn, readDocument, withMembers } from './manifest-json.js';
import { ociTypes } from './media-types.js';
import { inParallel } from './parallel.js';
import type { Rewritten } from './tree.js';

/** What becomes of one layer: its state, and the members of its descriptor that change. */
export interface LayerChange {
  readonly state: LayerReport['state'];
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  /** All of them; absent: they stay. Without any the member goes. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Changes one layer; `signal` ends it. */
export type LayerWork = (layer: Descriptor, index: number, signal: AbortSignal) => Promise<LayerChange>;

/** A manifest with new layers, and what became of each. */
export interface RewrittenManifest {
  readonly rewritten: Rewritten;
  readonly report: readonly LayerReport[];
}

function layerEntry(entry: JsonObject, { state, mediaType, digest, size, annotations }: LayerChange): JsonObject {
  const some = annotations && Object.keys(annotations).length > 0 ? { ...annotations } : undefined;
  return withMembers(entry, {
    mediaType,
    digest,
    size,
    ...(annotations && { annotations: some }),
    // A copy of the plaintext inside the descriptor would stay readable.
    ...(state === 'encrypted' && { data: undefined }),
  });
}

/**
 * The same manifest with changed layers: other members, and the order of all, stay as they are. Docker's types become OCI's, because encrypted layers
 * stand beside no others.
 */
export async function rewriteManifest(
  image: ResolvedManifest,
  parallel: number,
  signal: AbortSignal | undefined,
  work: LayerWork,
): Promise<RewrittenManifest> {
  const { manifest, descriptor } = image;
  const layers = manifest.kind === 'manifest' ? manifest.layers : [];
  const document = readDocument(image.bytes);
  const entries = descriptorsIn(document, 'layers');
  const items = layers.map((layer, index) => ({ layer, index }));
  const changes = await inParallel(items, parallel, signal, ({ layer, index }, both) => work(layer, index, both));
  const mediaType = ociTypes[descriptor.mediaType] ?? descriptor.mediaType;
  const config = document.object.config as JsonObject;
  const configType = String(config.mediaType);
  const bytes = document.write(
    withMembers(document.object, {
      ...(document.object.mediaType !== undefined && { mediaType }),
      config: withMembers(config, { mediaType: ociTypes[configType] ?? configType }),
      layers: changes.map((change, index) => layerEntry(entries[index] as JsonObject, change)),
    }),
  );
  const report = changes.map(
    ({ state, mediaType: type, digest, size }, layer): LayerReport => ({
      manifest: descriptor.digest,
      layer,
      state,
      mediaType: type,
      digest,
      size,
    }),
  );
  return { rewritten: { bytes, mediaType }, report };
}
