import type { CallOptions } from '@securosys/core';
import { SignError } from '@securosys/core';
import type { Repository, ResolvedManifest } from '@securosys/oci';
import { startUnwrapping } from '../recipients/image-keys.js';
import type { ImageContext } from '../recipients/recipient.js';
import { type EncryptedImage, findEncrypted, type LayerKeys, unwrapKeys, wipeKeys } from './encrypted-layers.js';
import type { OpenOptions } from './image-options.js';
import { type ImageTree, imagesIn, readTree } from './tree.js';

/** What those who are asked are told of an image. */
function contextOf(
  { descriptor }: ResolvedManifest,
  found: readonly EncryptedImage[],
  { claims, about, target }: OpenOptions,
): ImageContext {
  const layers = found.reduce((sum, { encrypted }) => sum + encrypted.size, 0);
  return {
    manifest: descriptor,
    ...(claims && { claims }),
    source: { ...about, digest: descriptor.digest, layers },
    ...(target && { target }),
  };
}

/** One manifest with the keys of its layers. */
export interface OpenedImage extends EncryptedImage {
  readonly keys: LayerKeys;
}

/** An image whose layers can be decrypted. */
export interface OpenedTree {
  readonly root: ResolvedManifest;
  readonly tree: ImageTree;
  /** Every platform. */
  readonly images: readonly OpenedImage[];
}

/**
 * Opens an image for `work`: the manifest is judged, every platform is looked through, and only then keys are used (S17), all of them before the first
 * layer is moved. The keys are wiped afterwards.
 * @throws SignError those of `findEncrypted` and `UnwrapSession.unwrapLayer`, `ERR_INVALID_ARGUMENT` for an image without encrypted layers
 */
export async function withOpened<T>(
  source: Repository,
  options: OpenOptions,
  call: CallOptions,
  work: (opened: OpenedTree) => Promise<T>,
): Promise<T> {
  const { from, platforms, openers, verify, requireEncrypted = true } = options;
  const root = await source.resolve(from, call);
  await verify?.(root, call);
  const tree = await readTree(source, root, platforms, call);
  const found = imagesIn(tree).map((image) => findEncrypted(image, requireEncrypted));
  if (!found.some(({ encrypted }) => encrypted.size > 0))
    throw new SignError('ERR_INVALID_ARGUMENT', `${root.reference} has no encrypted layer`);
  const session = startUnwrapping(openers, contextOf(root, found, options));
  const images: OpenedImage[] = [];
  try {
    for (const image of found) images.push({ ...image, keys: await unwrapKeys(image, session, options) });
    return await work({ root, tree, images });
  } finally {
    for (const { keys } of images) wipeKeys(keys);
    await session.close();
  }
}
