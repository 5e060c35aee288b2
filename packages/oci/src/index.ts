export { type CopyOptions, type CopyResult, copyImage } from './copy.js';
export { type DigestAlgorithm, digestOf } from './digest.js';
export { type ChildrenOptions, indexChildren, type Platform, parsePlatform } from './index-children.js';
export type { BlobPieces, BlobSource } from './internal/pieces.js';
export { type LayoutBlobs, layoutBlobs } from './layout/layout-blobs.js';
export { defaultLimits, type OciLimits } from './limits.js';
export { type ArtifactManifest, decodeManifest, type ImageIndex, type ImageManifest, type Manifest } from './manifest.js';
export { mediaTypes } from './media-types.js';
export { createOci, type Oci } from './oci.js';
export type { CredentialSource, Credentials, OciOptions } from './options.js';
export { formatReference, type LayoutReference, parseReference, type Reference, type RegistryReference } from './reference.js';
export { openRegistryService, type RegistryService, type ServiceAnswer, type ServiceRequest } from './registry/service.js';
export type { UploadProgress } from './registry/upload-progress.js';
export type {
  AttachOptions,
  FetchBlobOptions,
  FetchBlobStreamOptions,
  PushBlobOptions,
  PushBlobStreamOptions,
  PushManifestOptions,
  ReferrersOptions,
  Repository,
  ResolvedManifest,
  TagContent,
  TagUpdate,
} from './repository.js';
