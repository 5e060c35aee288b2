import { type CallOptions, type Descriptor, invalidArgument } from '@securosys/core';
import type { Repository } from '@securosys/oci';
import { layerFiles } from '../threads/layer-files.js';
import { copyBlob, readDiffIds } from './content.js';
import {
  checkOpenOptions,
  type ImageReport,
  type LayerReport,
  type OpenOptions,
  progressOf,
  requestOptions,
} from './image-options.js';
import { otherAnnotations, publicOptionsOf } from './layer-annotations.js';
import { decryptBlob, type LayerRoute } from './layer-blobs.js';
import { compressionOf, isImageLayer, ociLayerType, plainType } from './media-types.js';
import { type OpenedImage, withOpened } from './open-image.js';
import { type RewrittenManifest, rewriteManifest } from './rewrite-manifest.js';
import { type Rewritten, writeTree } from './tree.js';

/** Who decrypts an image, and what it must be. */
export interface DecryptImageOptions extends OpenOptions {
  /** Most bytes that one layer may unpack to while its `diff_id` is checked; default 64 GiB. Nothing of that is held or stored. */
  readonly maxUnpackedBytes?: number;
}

const usualMaximum = 64 * 1024 ** 3;

/**
 * Decrypts an image with all its platforms, between layouts and registries in either direction (`ocicrypt.md` §8). What was encrypted by a tool that
 * leaves manifests as they are, such as this one, has its first digest again.
 *
 * Nothing is asked of a key before `verify` agreed and every platform was found to be encrypted; every key is unwrapped before the first layer is
 * moved. Each layer must have the digest of the manifest, the MAC of its key, and unpack to the `diff_id` of the config: until then it is where
 * the target shows it to nobody (a file that is not renamed yet, an upload that is not closed), and afterwards it is taken away.
 *
 * @example
 * ```ts
 * import { createOci } from '@securosys/oci';
 * import { decryptImage, type Opener } from '@securosys/ocicrypt';
 * declare const opener: Opener;
 * declare function checkSignature(digest: string): Promise<void>;
 * const oci = createOci();
 * const { descriptor } = await decryptImage(oci.open('registry.example/app:1.4-encrypted'), oci.open('oci:./app'), {
 *   openers: [opener],
 *   verify: (image) => checkSignature(image.descriptor.digest),
 *   tag: '1.4',
 * });
 * console.log(descriptor.digest);
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_POLICY_UNSAFE` for a layer that is not encrypted; `ERR_MALFORMED`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_LIMIT`;
 * `ERR_KEY_NOT_FOUND` when no packet is for these openers, and what they throw; `ERR_DIGEST_MISMATCH` (`details.check`: `hmac`, `digest`, `size` or
 * `diff_id`); `ERR_CAPABILITY_MISSING` for zstd before Node.js 22.15; what `verify`, reading and storing throw
 */
export async function decryptImage(source: Repository, target: Repository, options: DecryptImageOptions): Promise<ImageReport> {
  checkOpenOptions('decryptImage', options, ['maxUnpackedBytes']);
  const { maxUnpackedBytes = usualMaximum, tag } = options;
  if (typeof maxUnpackedBytes !== 'number' || !(maxUnpackedBytes >= 0)) invalidArgument('maxUnpackedBytes is a number of bytes');
  const call = requestOptions(options);
  return withOpened(source, options, call, async ({ root, tree, images }) => {
    const changed = new Map<string, Rewritten>();
    const reports: LayerReport[] = [];
    const files = layerFiles(source, target);
    try {
      for (const image of images) {
        const { rewritten, report } = await decryptManifest({ source, target, files }, image, options, call);
        changed.set(image.image.descriptor.digest, rewritten);
        reports.push(...report);
      }
    } finally {
      await files?.close();
    }
    const descriptor = await writeTree(target, tree, changed, call, tag);
    return { descriptor, source: root.descriptor, layers: reports };
  });
}

async function decryptManifest(
  where: Pick<LayerRoute, 'source' | 'target' | 'files'>,
  { image, manifest, encrypted, keys }: OpenedImage,
  { parallel = 3, onProgress, maxUnpackedBytes = usualMaximum }: DecryptImageOptions,
  call: CallOptions,
): Promise<RewrittenManifest> {
  const { source, target } = where;
  const { config, layers } = manifest;
  const diffIds = encrypted.size > 0 ? await readDiffIds(source, config, layers.length, call) : undefined;
  await copyBlob(source, target, config, call);
  const unpacking = (mediaType: string, index: number) => {
    const diffId = diffIds?.[index];
    const compression = compressionOf(mediaType);
    return diffId === undefined ? {} : { unpacked: { diffId, compression, maxBytes: maxUnpackedBytes } };
  };
  return rewriteManifest(image, parallel, call.signal, async (layer: Descriptor, index, signal) => {
    const within = { ...call, signal };
    const privateOptions = keys.get(index);
    if (!privateOptions) {
      await copyBlob(source, target, layer, within);
      return {
        state: isImageLayer(layer.mediaType) ? 'kept' : 'other',
        mediaType: ociLayerType(layer.mediaType),
        digest: layer.digest,
        size: layer.size,
      };
    }
    const mediaType = plainType(layer.mediaType);
    const onBytes = onProgress && progressOf(onProgress, image, layer, index);
    const route = { ...where, mediaType, call: within, ...(onBytes && { onProgress: onBytes }) };
    const plan = { privateOptions, publicOptions: publicOptionsOf(layer), ...unpacking(mediaType, index) };
    const { digest, size } = await decryptBlob(route, layer, plan);
    return { state: 'decrypted', mediaType, digest, size, annotations: otherAnnotations(layer) };
  });
}
