export type { DctFault } from './model/fault.js';
export type { FileHashes } from './model/hashes.js';
export { type DctKey, type DctKeyType, type DctMethod, dctCertificateKey, dctKey } from './model/keys.js';
export type { ListingFile } from './model/listing.js';
export type { BaseRole, DctRole, DelegationRole } from './model/roles.js';
export type { KeyMap, RoleKeys, RootFile } from './model/root.js';
export type { FileSignature, SignedFile } from './model/signed-file.js';
export type { DctTarget, Delegation, TargetsFile } from './model/targets.js';
export { type ChangedFile, type MetadataChange, updateChanges, updatedFiles } from './publish/changes.js';
export { type DelegateOptions, prepareSigner, prepareSignerRemoval, type SignerKey } from './publish/delegate.js';
export { dctFormat } from './publish/format.js';
export { type InitialiseOptions, prepareRepository } from './publish/initialise.js';
export { partRole } from './publish/part-id.js';
export type { DctUpdate } from './publish/prepared-update.js';
export { publishUpdate } from './publish/publish-update.js';
export {
  prepareRootRotation,
  prepareServerRotation,
  prepareTargetsRotation,
  type RotateOptions,
} from './publish/rotate.js';
export { prepareTags, type TagChanges, type TagOptions, type TagTarget } from './publish/tags.js';
export { type NotaryServer, type NotaryServerOptions, openNotaryServer, type PublishedFile } from './server/notary-server.js';
export type { SkippedDelegation, VerifiedDelegation } from './verify/delegations.js';
export { forgetRepository } from './verify/memory-of-versions.js';
export type { DctRootPin } from './verify/pinning.js';
export {
  type DctKeyReport,
  type DctReport,
  type DctRoleReport,
  type DctWeakness,
  inspectRepository,
  reportText,
} from './verify/report.js';
export type { MetadataSource, ReadOptions } from './verify/source.js';
export { findTag, type TrustedTag, tagsOf, type UntrustedTag } from './verify/tags.js';
export { type DctTrust, type DctTrustOptions, dctTrust } from './verify/trust.js';
export { type TrustedRepository, type UpdateOptions, verifyRepository } from './verify/update.js';
