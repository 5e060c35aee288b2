import { createHash } from 'node:crypto';
import { invalidArgument, ownBytes, utf8Bytes } from '@securosys/core';

/** What an image that is put into a memory registry holds. */
export interface AddImageOptions {
  /** Contents of its only layer, as they are (no tar is made of them). Default: the reference, so that two images differ. */
  content?: string | Uint8Array;
}

/** An image in a memory registry. */
export interface AddedImage {
  /** Of the manifest: `sha256:` and 64 lower-case hex characters. */
  readonly digest: string;
  /** Of the manifest. */
  readonly mediaType: string;
  /** Of the manifest, in bytes. */
  readonly size: number;
  /** `host/repository@digest`. */
  readonly reference: string;
}

const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;
const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** An image of one layer (image-spec 1.1): its manifest, its blobs by digest, and where the reference wants it. */
export function imageOf(reference: string, options: AddImageOptions) {
  const named = /^([^/@]+)\/([a-z0-9._/-]+):(\w[\w.-]{0,127})$/.exec(reference);
  const [, host, repository = '', tag = ''] = named ?? invalidArgument('addImage takes host/repository:tag');
  const { content = reference } = options;
  const layer = typeof content === 'string' ? utf8Bytes(content) : ownBytes(content);
  const rootfs = { type: 'layers', diff_ids: [digestOf(layer)] };
  const config = utf8Bytes(JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs }));
  const described = (mediaType: string, bytes: Uint8Array) => ({ mediaType, digest: digestOf(bytes), size: bytes.byteLength });
  const document = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: described(types.config, config),
    layers: [described(types.layer, layer)],
  };
  const manifest = utf8Bytes(JSON.stringify(document));
  const added: AddedImage = { ...described(types.manifest, manifest), reference: `${host}/${repository}@${digestOf(manifest)}` };
  return { repository, tag, manifest, blobs: [config, layer].map((bytes) => [digestOf(bytes), bytes] as const), added };
}
