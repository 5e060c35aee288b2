import { type Descriptor, SignError, wipe } from '@securosys/core';
import type { ImageManifest, ResolvedManifest } from '@securosys/oci';
import { decodePrivateOptions, decodePublicOptions } from '../cipher/layer-options.js';
import type { UnwrapSession } from '../recipients/image-keys.js';
import type { OpenOptions } from './image-options.js';
import { publicOptionsOf, speaksOfEncryption } from './layer-annotations.js';
import { selectLayers } from './layer-selection.js';
import { isEncrypted, isImageLayer, plainType } from './media-types.js';

/** One manifest, and which of its layers are encrypted. */
export interface EncryptedImage {
  readonly image: ResolvedManifest;
  readonly manifest: ImageManifest;
  /** By position in the manifest. */
  readonly encrypted: ReadonlyMap<number, Descriptor>;
}

/** Private options by position in the manifest, as JSON texts. Secret. */
export type LayerKeys = ReadonlyMap<number, Uint8Array>;

/**
 * Finds what is encrypted in a manifest, and refuses what should be and is not: an image whose layers were exchanged for readable ones must not
 * pass for a decrypted one (S17).
 * @throws SignError `ERR_POLICY_UNSAFE` for a layer that is not encrypted, `ERR_MALFORMED`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_LIMIT`
 */
export function findEncrypted(image: ResolvedManifest, requireEncrypted: boolean | readonly number[]): EncryptedImage {
  const { manifest } = image;
  if (manifest.kind !== 'manifest') throw new SignError('ERR_MALFORMED', 'an image manifest was expected');
  const { layers } = manifest;
  const isImage = layers.some(({ mediaType }) => isImageLayer(mediaType));
  const required =
    requireEncrypted === false || !isImage
      ? new Set<number>()
      : selectLayers(requireEncrypted === true ? undefined : requireEncrypted, layers.length);
  const encrypted = new Map<number, Descriptor>();
  layers.forEach((layer, index) => {
    const where = `layer ${index} of ${image.descriptor.digest}`;
    if (isEncrypted(layer.mediaType)) {
      if (isEncrypted(plainType(layer.mediaType))) throw new SignError('ERR_MALFORMED', `${where} would be encrypted twice`);
      decodePublicOptions(publicOptionsOf(layer));
      encrypted.set(index, layer);
    } else if (speaksOfEncryption(layer)) {
      throw new SignError('ERR_MALFORMED', `${where} is not encrypted by its type and is by its annotations`);
    } else if (required.has(index) && isImageLayer(layer.mediaType)) {
      throw new SignError('ERR_POLICY_UNSAFE', `${where} is not encrypted, and requireEncrypted asks for it`);
    }
  });
  return { image, manifest, encrypted };
}

/** Unwraps the keys of all layers, one after the other: where people are asked, the first layer asks and the others follow. */
export async function unwrapKeys(
  { encrypted }: EncryptedImage,
  session: UnwrapSession,
  options: OpenOptions,
): Promise<LayerKeys> {
  const keys = new Map<number, Uint8Array>();
  try {
    for (const [index, layer] of encrypted) {
      const { signal, timeoutMs, logger, onApproval } = options;
      const optsdata = await session.unwrapLayer(
        layer.annotations ?? {},
        { digest: layer.digest, index },
        {
          ...(signal && { signal }),
          ...(timeoutMs !== undefined && { timeoutMs }),
          ...(logger && { logger }),
          ...(onApproval && { onProgress: onApproval }),
        },
      );
      keys.set(index, optsdata);
      // What is no key is known before the first byte of a layer is moved.
      wipe(decodePrivateOptions(optsdata).key);
    }
    return keys;
  } catch (error) {
    wipeKeys(keys);
    throw error;
  }
}

/** Overwrites what `unwrapKeys` gave. */
export function wipeKeys(keys: LayerKeys): void {
  for (const key of keys.values()) wipe(key);
}
