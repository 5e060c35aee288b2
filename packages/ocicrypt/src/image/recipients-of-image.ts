import { type CallOptions, invalidArgument } from '@securosys/core';
import type { Repository } from '@securosys/oci';
import { startWrapping, type WrapSession } from '../recipients/image-keys.js';
import type { Recipient } from '../recipients/recipient.js';
import { copyBlob } from './content.js';
import { checkOpenOptions, type ImageReport, type LayerReport, type OpenOptions, requestOptions } from './image-options.js';
import { otherAnnotations, publicOptionsOf, setPublicOptions } from './layer-annotations.js';
import { isImageLayer } from './media-types.js';
import { type OpenedImage, withOpened } from './open-image.js';
import { type RewrittenManifest, rewriteManifest } from './rewrite-manifest.js';
import { type Rewritten, writeTree } from './tree.js';

/** Who opens an encrypted image, and who shall be able to. */
export interface RecipientsOptions extends OpenOptions {
  readonly recipients: readonly Recipient[];
}

/**
 * Lets more recipients decrypt an encrypted image (`ocicrypt.md` §8.5): its layers stay as they are, and the manifest has packets more. Where the
 * target is another repository, the layers are brought there.
 * @throws SignError those of `decryptImage` before layers are moved, and of `encryptImage` for the recipients
 */
export function addRecipients(source: Repository, target: Repository, options: RecipientsOptions): Promise<ImageReport> {
  return rewrap('addRecipients', source, target, options, true);
}

/**
 * Makes the recipients the only ones that the manifest has packets for. Its layers stay as they are: **whoever could decrypt the image keeps what is needed
 * for it**, and the former manifest may still be where it was. To shut somebody out, decrypt and encrypt again.
 * @throws SignError as `addRecipients`
 */
export function replaceRecipients(source: Repository, target: Repository, options: RecipientsOptions): Promise<ImageReport> {
  return rewrap('replaceRecipients', source, target, options, false);
}

async function rewrap(
  where: string,
  source: Repository,
  target: Repository,
  options: RecipientsOptions,
  keep: boolean,
): Promise<ImageReport> {
  checkOpenOptions(where, options, ['recipients']);
  const { recipients, claims, tag } = options;
  if (!Array.isArray(recipients)) invalidArgument(`${where}: recipients are a list`);
  const call = requestOptions(options);
  return withOpened(source, options, call, async ({ root, tree, images }) => {
    const session = await startWrapping(recipients, { manifest: root.descriptor, ...(claims && { claims }) }, call);
    try {
      const changed = new Map<string, Rewritten>();
      const reports: LayerReport[] = [];
      for (const image of images) {
        const { rewritten, report } = await rewrapManifest(source, target, image, session, options, keep, call);
        changed.set(image.image.descriptor.digest, rewritten);
        reports.push(...report);
      }
      return { descriptor: await writeTree(target, tree, changed, call, tag), source: root.descriptor, layers: reports };
    } finally {
      session.close();
    }
  });
}

async function rewrapManifest(
  source: Repository,
  target: Repository,
  { image, manifest, keys }: OpenedImage,
  session: WrapSession,
  { parallel = 3 }: RecipientsOptions,
  keep: boolean,
  call: CallOptions,
): Promise<RewrittenManifest> {
  await copyBlob(source, target, manifest.config, call);
  return rewriteManifest(image, parallel, call.signal, async (layer, index, signal) => {
    const within = { ...call, signal };
    await copyBlob(source, target, layer, within);
    const { mediaType, digest, size, annotations = {} } = layer;
    const optsdata = keys.get(index);
    if (!optsdata) return { state: isImageLayer(mediaType) ? 'kept' : 'other', mediaType, digest, size };
    const before = keep ? annotations : otherAnnotations(layer);
    const wrapped = await session.wrapLayer(optsdata, { digest, index }, before, within);
    const now = keep ? wrapped : setPublicOptions(wrapped, publicOptionsOf(layer));
    return { state: 'rewrapped', mediaType, digest, size, annotations: now };
  });
}
