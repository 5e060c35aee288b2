import { mediaTypes } from '@securosys/oci';

/** What marks an encrypted layer, and nothing else does (`ocicrypt.md` §3). */
const suffix = '+encrypted';

const oci = 'application/vnd.oci.image.layer.';
const docker = 'application/vnd.docker.image.rootfs.diff.tar';
/** Docker's layer types, which no manifest with encrypted layers may hold, and OCI's that mean the same. */
const ofDocker: Readonly<Record<string, string>> = {
  [docker]: `${oci}v1.tar`,
  [`${docker}.gzip`]: `${oci}v1.tar+gzip`,
  [`${docker}.zstd`]: `${oci}v1.tar+zstd`,
  'application/vnd.docker.image.rootfs.diff.tar+gzip': `${oci}v1.tar+gzip`,
};
const layer =
  /^application\/vnd\.(?:oci\.image\.layer\.(?:nondistributable\.)?v1\.tar(?:\+gzip|\+zstd)?|wasm\.content\.layer\.v1\+wasm)$/;

/** Docker's types of manifest, index and config, and OCI's that mean the same. */
export const ociTypes: Readonly<Record<string, string>> = {
  [mediaTypes.dockerManifest]: mediaTypes.imageManifest,
  [mediaTypes.dockerManifestList]: mediaTypes.imageIndex,
  'application/vnd.docker.container.image.v1+json': mediaTypes.imageConfig,
};

/** The type that stands for a readable layer in a manifest of OCI. */
export const ociLayerType = (mediaType: string): string => ofDocker[mediaType] ?? mediaType;

/** Whether a layer is encrypted. */
export const isEncrypted = (mediaType: string): boolean => mediaType.endsWith(suffix);

/** The type of a layer after encryption; `undefined` for what is no layer of an image, or cannot be encrypted. */
export function encryptedType(mediaType: string): string | undefined {
  const type = ociLayerType(mediaType);
  return layer.test(type) ? type + suffix : undefined;
}

/** The type of a layer before it was encrypted. */
export const plainType = (mediaType: string): string => mediaType.slice(0, -suffix.length);

/** Whether somebody would unpack this as part of a file system, encrypted or not; provenance and the like are no such content. */
export const isImageLayer = (mediaType: string): boolean =>
  isEncrypted(mediaType) ||
  encryptedType(mediaType) !== undefined ||
  /^application\/vnd\.(docker|oci)\.image\.(rootfs|layer)\./.test(mediaType);

/** Layers that readers fetch from their makers: repositories need not have them (image-spec `layer.md`). */
export const isDistributed = (mediaType: string): boolean => !/\.nondistributable\.|\.foreign\./.test(mediaType);

/** How a plain layer is compressed, by its type. */
export function compressionOf(mediaType: string): 'gzip' | 'zstd' | 'none' {
  if (/[.+]gzip$/.test(mediaType)) return 'gzip';
  return /[.+]zstd$/.test(mediaType) ? 'zstd' : 'none';
}

/** Whether a config is that of an image, with the digests of its unpacked layers. */
export const isImageConfig = (mediaType: string): boolean => (ociTypes[mediaType] ?? mediaType) === mediaTypes.imageConfig;
