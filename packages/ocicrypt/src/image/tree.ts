import { type CallOptions, type Descriptor, SignError } from '@securosys/core';
import { indexChildren, type Repository, type ResolvedManifest } from '@securosys/oci';
import { descriptorsIn, readDocument, withMembers } from './manifest-json.js';
import { ociTypes } from './media-types.js';

/** A manifest, and those that it lists and that are meant. */
export interface ImageTree {
  readonly image: ResolvedManifest;
  readonly children: readonly ImageTree[];
}

/** Manifests of one image, how deep indexes may hold indexes, and bytes of all of them: they are held at once. */
const maxManifests = 256;
const maxDepth = 4;
const maxBytes = 64 * 1024 * 1024;

/**
 * Reads all manifests of an image, before anything is done with one: what is wrong with the last platform is known before the first one.
 * @throws SignError `ERR_LIMIT`, `ERR_NOT_FOUND` for a platform that is not listed, and those of reading
 */
export async function readTree(
  source: Repository,
  root: ResolvedManifest,
  platforms: readonly string[] | undefined,
  call: CallOptions,
): Promise<ImageTree> {
  const seen = new Map<string, ImageTree>();
  let bytes = 0;
  async function tree(image: ResolvedManifest, depth: number): Promise<ImageTree> {
    bytes += image.bytes.byteLength;
    if (seen.size >= maxManifests || depth > maxDepth || bytes > maxBytes)
      throw new SignError(
        'ERR_LIMIT',
        `an image has at most ${maxManifests} manifests with ${maxBytes} bytes, ${maxDepth} levels deep`,
      );
    const { manifest } = image;
    const children: ImageTree[] = [];
    if (manifest.kind === 'index') {
      const meant = indexChildren(manifest, { maxChildren: maxManifests, ...(depth === 0 && platforms && { platforms }) });
      for (const { mediaType, digest, size } of meant)
        children.push(seen.get(digest) ?? (await tree(await source.fetchManifest({ mediaType, digest, size }, call), depth + 1)));
    }
    const read = { image, children };
    seen.set(image.descriptor.digest, read);
    return read;
  }
  return tree(root, 0);
}

/** Every manifest with layers, each once, in the order of the indexes. */
export function imagesIn(tree: ImageTree): readonly ResolvedManifest[] {
  const all = tree.image.manifest.kind === 'manifest' ? [tree.image] : tree.children.flatMap((child) => [...imagesIn(child)]);
  return [...new Map(all.map((image) => [image.descriptor.digest, image])).values()];
}

/** A manifest as it is stored. */
export interface Rewritten {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/**
 * Stores an image whose manifests with layers were changed: indexes follow, each after what it lists. Entries for other platforms than those that
 * are meant are left out.
 */
export async function writeTree(
  target: Repository,
  tree: ImageTree,
  changed: ReadonlyMap<string, Rewritten>,
  call: CallOptions,
  tag: string | undefined,
): Promise<Descriptor> {
  const stored = new Map<string, Descriptor>();
  async function write({ image, children }: ImageTree, root: boolean): Promise<Descriptor> {
    const { digest } = image.descriptor;
    const known = stored.get(digest);
    if (known) return known;
    const entries = new Map<string, Descriptor>();
    for (const child of children) entries.set(child.image.descriptor.digest, await write(child, false));
    const { bytes, mediaType } = changed.get(digest) ?? writeIndex(image, entries);
    const options = { ...call, listed: root, ...(root && tag !== undefined && { tag }) };
    const descriptor = await target.pushManifest(bytes, mediaType, options);
    stored.set(digest, descriptor);
    return descriptor;
  }
  return write(tree, true);
}

function writeIndex({ bytes, descriptor }: ResolvedManifest, entries: ReadonlyMap<string, Descriptor>): Rewritten {
  const document = readDocument(bytes);
  const manifests = descriptorsIn(document, 'manifests').flatMap((entry) => {
    const now = entries.get(String(entry.digest));
    return now ? [withMembers(entry, { mediaType: now.mediaType, digest: now.digest, size: now.size })] : [];
  });
  const mediaType = ociTypes[descriptor.mediaType] ?? descriptor.mediaType;
  const named = document.object.mediaType !== undefined && { mediaType };
  return { bytes: document.write(withMembers(document.object, { ...named, manifests })), mediaType };
}
