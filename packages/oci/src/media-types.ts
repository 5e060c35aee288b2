/** Media types of the image-spec and of Docker's schema 2 that mean the same. */
export const mediaTypes = {
  imageManifest: 'application/vnd.oci.image.manifest.v1+json',
  imageIndex: 'application/vnd.oci.image.index.v1+json',
  /** Withdrawn before image-spec 1.1; read, because some tools wrote signatures with it (`notation.md` §11.1). */
  artifactManifest: 'application/vnd.oci.artifact.manifest.v1+json',
  imageConfig: 'application/vnd.oci.image.config.v1+json',
  layerTarGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  emptyJson: 'application/vnd.oci.empty.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const;

/** Which reading a manifest media type prescribes; `undefined` for every other type. */
export function manifestKind(mediaType: string): 'manifest' | 'index' | 'artifact' | undefined {
  switch (mediaType) {
    case mediaTypes.imageManifest:
    case mediaTypes.dockerManifest:
      return 'manifest';
    case mediaTypes.imageIndex:
    case mediaTypes.dockerManifestList:
      return 'index';
    case mediaTypes.artifactManifest:
      return 'artifact';
    default:
      return undefined;
  }
}

/** Value of `Accept` when a manifest is asked for. */
export const acceptManifests = [
  mediaTypes.imageManifest,
  mediaTypes.imageIndex,
  mediaTypes.dockerManifest,
  mediaTypes.dockerManifestList,
  mediaTypes.artifactManifest,
].join(', ');

/** Annotation that names a tag in the `index.json` of a layout. */
export const refName = 'org.opencontainers.image.ref.name';
