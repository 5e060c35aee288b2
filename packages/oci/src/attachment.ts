import { type Descriptor, invalidArgument } from '@securosys/core';
import { sameContent } from './descriptor.js';
import { digestOf } from './digest.js';
import { artifactTypeOf, decodeManifest, type Manifest } from './manifest.js';

/**
 * Descriptor of a manifest as listings carry it (distribution-spec, "Listing Referrers"): with artifact type and the manifest's
 * own annotations.
 */
export function listedDescriptor(plain: Descriptor, manifest: Manifest): Descriptor {
  const artifactType = artifactTypeOf(manifest);
  return {
    mediaType: plain.mediaType,
    digest: plain.digest,
    size: plain.size,
    ...(artifactType !== undefined && { artifactType }),
    ...(manifest.annotations && { annotations: { ...manifest.annotations } }),
  };
}

/**
 * What will be listed for a manifest about to be attached.
 * @throws SignError `ERR_INVALID_ARGUMENT` when the bytes name another subject, `ERR_MALFORMED`
 */
export function attachmentOf(bytes: Uint8Array, mediaType: string, subject: Descriptor, maxBytes: number): Descriptor {
  const manifest = decodeManifest(bytes, mediaType, maxBytes);
  if (!manifest.subject || !sameContent(manifest.subject, subject)) invalidArgument('the manifest does not name this subject');
  return listedDescriptor({ mediaType, digest: digestOf(bytes), size: bytes.byteLength }, manifest);
}
