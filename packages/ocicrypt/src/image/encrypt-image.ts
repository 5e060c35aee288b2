import { type CallOptions, invalidArgument, SignError, wipe } from '@securosys/core';
import { decodeManifest, type ImageManifest, type Repository, type ResolvedManifest } from '@securosys/oci';
import { startWrapping, type WrapSession } from '../recipients/image-keys.js';
import type { Recipient } from '../recipients/recipient.js';
import { layerFiles } from '../threads/layer-files.js';
import { copyBlob } from './content.js';
import {
  checkImageOptions,
  type ImageOptions,
  type ImageReport,
  type LayerReport,
  progressOf,
  requestOptions,
} from './image-options.js';
import { setPublicOptions, speaksOfEncryption } from './layer-annotations.js';
import { encryptBlob, type LayerRoute } from './layer-blobs.js';
import { checkSelection, selectLayers } from './layer-selection.js';
import { encryptedType, isEncrypted, isImageLayer, ociLayerType } from './media-types.js';
import { type RewrittenManifest, rewriteManifest } from './rewrite-manifest.js';
import { imagesIn, type Rewritten, readTree, writeTree } from './tree.js';

/** Who shall be able to decrypt an image, and how much of it is encrypted. */
export interface EncryptImageOptions extends ImageOptions {
  /** Each of them can decrypt every encrypted layer. */
  readonly recipients: readonly Recipient[];
  /** Positions of the layers to encrypt in every manifest, from 0; negative ones from the end. Default: all. The others stay readable. */
  readonly layers?: readonly number[];
  /** Leaves layers as they are that are encrypted already, for whomever. Default `false`: such an image is refused. */
  readonly keepEncrypted?: boolean;
}

type Step = 'encrypt' | 'kept' | 'other';
interface Plan {
  readonly image: ResolvedManifest;
  readonly manifest: ImageManifest;
  readonly steps: readonly Step[];
}

/**
 * Encrypts an image with all its platforms as ocicrypt does (`ocicrypt.md` §8), between layouts and registries in either direction. The config stays
 * readable, and so do layers that `layers` leaves out. The layers are encrypted under fresh keys, so the manifest has another
 * digest each time; sign the encrypted image.
 *
 * Manifests of Docker become OCI's, because no other can hold encrypted layers; decrypting does not turn them back. Content that is no part of a file
 * system (provenance, charts) is copied as it is and reported. The target gets its manifest last; before that it holds nothing
 * but encrypted blobs, and the config.
 *
 * @example
 * ```ts
 * import { createOci } from '@securosys/oci';
 * import { encryptImage, type Recipient } from '@securosys/ocicrypt';
 * declare const recipient: Recipient;
 * const oci = createOci();
 * const { descriptor, layers } = await encryptImage(oci.open('oci:./app:1.4'), oci.open('registry.example/app'), {
 *   recipients: [recipient],
 *   tag: '1.4-encrypted',
 * });
 * console.log(descriptor.digest, layers.filter(({ state }) => state === 'encrypted').length);
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`, also for a layer that is not there and one that is encrypted already; `ERR_CAPABILITY_MISSING` for a layer
 * that cannot be encrypted; `ERR_MALFORMED`, `ERR_LIMIT`; what the recipients, reading and storing throw
 */
export async function encryptImage(source: Repository, target: Repository, options: EncryptImageOptions): Promise<ImageReport> {
  checkImageOptions('encryptImage', options, ['recipients', 'layers', 'keepEncrypted']);
  const { recipients, from, tag, platforms, claims, layers } = options;
  checkSelection('layers', layers);
  if (!Array.isArray(recipients)) invalidArgument('recipients are a list');
  const call = requestOptions(options);
  const root = await source.resolve(from, call);
  const tree = await readTree(source, root, platforms, call);
  const plans = imagesIn(tree).map((image) => planImage(image, options));
  if (!plans.some(({ steps }) => steps.includes('encrypt')))
    throw new SignError('ERR_INVALID_ARGUMENT', `${root.reference} has no layer to encrypt`);
  const session = await startWrapping(recipients, { manifest: root.descriptor, ...(claims && { claims }) }, call);
  const files = layerFiles(source, target);
  try {
    const changed = new Map<string, Rewritten>();
    const reports: LayerReport[] = [];
    for (const plan of plans) {
      const { rewritten, report } = await encryptManifest({ source, target, files }, plan, session, options, call);
      changed.set(plan.image.descriptor.digest, rewritten);
      reports.push(...report);
    }
    const descriptor = await writeTree(target, tree, changed, call, tag);
    return { descriptor, source: root.descriptor, layers: reports };
  } finally {
    session.close();
    await files?.close();
  }
}

function planImage(image: ResolvedManifest, { layers, keepEncrypted = false }: EncryptImageOptions): Plan {
  const { manifest } = image;
  if (manifest.kind !== 'manifest') throw new SignError('ERR_MALFORMED', 'an image manifest was expected');
  // Of attestations and other artifacts nothing is meant, whatever the positions say.
  const meant = manifest.layers.some(({ mediaType }) => isImageLayer(mediaType))
    ? selectLayers(layers, manifest.layers.length)
    : new Set<number>();
  const steps = manifest.layers.map((layer, index): Step => {
    const { mediaType } = layer;
    const where = `layer ${index} of ${image.descriptor.digest}`;
    if (!isImageLayer(mediaType)) {
      if (layers && meant.has(index)) throw new SignError('ERR_CAPABILITY_MISSING', `${where} is no layer of a file system`);
      return 'other';
    }
    if (!isEncrypted(mediaType) && speaksOfEncryption(layer))
      throw new SignError('ERR_MALFORMED', `${where} is not encrypted by its type and is by its annotations`);
    if (!meant.has(index)) return 'kept';
    if (isEncrypted(mediaType)) {
      if (keepEncrypted) return 'kept';
      return invalidArgument(`${where} is encrypted already: addRecipients changes for whom, and keepEncrypted leaves it so`);
    }
    if (encryptedType(mediaType) === undefined)
      throw new SignError('ERR_CAPABILITY_MISSING', `${where} is of a type that cannot be encrypted`);
    return 'encrypt';
  });
  return { image, manifest, steps };
}

async function encryptManifest(
  where: Pick<LayerRoute, 'source' | 'target' | 'files'>,
  { image, manifest, steps }: Plan,
  session: WrapSession,
  { parallel = 3, onProgress }: EncryptImageOptions,
  call: CallOptions,
): Promise<RewrittenManifest> {
  const { source, target } = where;
  await copyBlob(source, target, manifest.config, call);
  const changed = await rewriteManifest(image, parallel, call.signal, async (layer, index, signal) => {
    const within = { ...call, signal };
    const state = steps[index] as Step;
    if (state !== 'encrypt') {
      await copyBlob(source, target, layer, within);
      return { state, mediaType: ociLayerType(layer.mediaType), digest: layer.digest, size: layer.size };
    }
    const mediaType = encryptedType(layer.mediaType) as string;
    const onBytes = onProgress && progressOf(onProgress, image, layer, index);
    const route = { ...where, mediaType, call: within, ...(onBytes && { onProgress: onBytes }) };
    const { digest, size, publicOptions, privateOptions } = await encryptBlob(route, layer);
    try {
      const wrapped = await session.wrapLayer(privateOptions, { digest, index }, layer.annotations, within);
      return { state: 'encrypted', mediaType, digest, size, annotations: setPublicOptions(wrapped, publicOptions) };
    } finally {
      wipe(privateOptions);
    }
  });
  const { bytes, mediaType } = changed.rewritten;
  checkEncrypted(bytes, mediaType, steps);
  return changed;
}

/** Reads what is about to be stored as a stranger would: tools have left layers readable and said nothing. */
function checkEncrypted(bytes: Uint8Array, mediaType: string, steps: readonly Step[]): void {
  const manifest = decodeManifest(bytes, mediaType);
  const layers = manifest.kind === 'manifest' ? manifest.layers : [];
  steps.forEach((step, index) => {
    const layer = layers[index];
    if (step === 'encrypt' && !(layer && isEncrypted(layer.mediaType) && speaksOfEncryption(layer)))
      throw new SignError('ERR_PROTOCOL', `layer ${index} would not be encrypted`);
  });
}
