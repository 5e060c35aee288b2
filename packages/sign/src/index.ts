export {
  type ApprovalProgress,
  type BeginResult,
  type CallOptions,
  type Claims,
  type Clock,
  createMemoryStore,
  createSigner,
  type Descriptor,
  type Fetch,
  type Guard,
  type KeyAssurance,
  type KeyBackend,
  type KeyInfo,
  type KeyOperation,
  type KeyRef,
  type KeySpec,
  type KeySpecRequest,
  type KeyUsage,
  type Logger,
  type Operation,
  type OperationState,
  type PendingStore,
  type Publication,
  type PublishedSignatures,
  type RequestBatch,
  type RequestState,
  type SignatureAlgorithm,
  SignError,
  type SignErrorCode,
  type Signer,
  type SignerOptions,
  type SignInput,
  type SigningDomain,
  type SigningFacts,
  type SigningIntent,
  type SigningOutcome,
  type SigningTarget,
  type SignOperation,
  type SignRequest,
  type Timestamper,
  tagClaims,
  type WaitOptions,
} from '@securosys/core';
export { createFolderStore } from '@securosys/core/folder-store';
export type { MemoryBackend, MemoryKeyOptions } from '@securosys/core/memory';
export {
  type CosignAttestationReport,
  type CosignCompatibility,
  type CosignFindings,
  type CosignPublicKey,
  type CosignReport,
  type CosignShape,
  type CosignSignatureReason,
  type CosignSignatureResult,
  type CosignSigner,
  type CosignSigningOptions,
  type CosignTimestampPolicy,
  type CosignTrust,
  type CosignTrustKey,
  type CosignTrustOptions,
  type CosignVerdictReason,
  cosignPublicKeyPem,
  cosignTrust,
  type InTotoStatement,
  type PredicateName,
  type Predicates,
  type PredicateUri,
  predicateTypes,
  type TrustedStatement,
  type TypedPredicate,
} from '@securosys/cosign';
export {
  type DctReport,
  type DctRootPin,
  type DctTrust,
  type DctTrustOptions,
  dctTrust,
  reportText as dctReportText,
  type TrustedTag,
  type UntrustedTag,
} from '@securosys/dct';
export {
  type BlobSource,
  type ExtendedAttribute,
  mediaTypeOfSignatureFile,
  type NotationCompatibility,
  notationConfigFolder,
  type SignatureContents,
  type SignatureOutcome,
  type SignerIdentity,
  type TrustPolicy,
  type TrustStore,
  trustStoreFromCertificates,
  trustStoreFromFolder,
} from '@securosys/notation-envelope';
export { type CredentialSource, type Credentials, createOci, type Oci, type OciOptions, type Repository } from '@securosys/oci';
export { credentialsFromDockerConfig, type DockerConfigOptions, type DockerConfigSource } from '@securosys/oci/credentials';
export type {
  AnyRecipientKey,
  BackendKeyOptions,
  ImageContext,
  JweAlgorithm,
  JweOpenerOptions,
  JweRecipientKey,
  JweRecipientOptions,
  KeyHalf,
  KeyUse,
  LayerContext,
  LayerProgress,
  LayerReport,
  LocalKeyOptions,
  Opener,
  OpenerKey,
  PacketAlgorithm,
  PacketReader,
  PacketScheme,
  PacketWriter,
  Pkcs7Key,
  Pkcs7OpenerOptions,
  Pkcs7RecipientOptions,
  Pkcs11Hash,
  Pkcs11OpenerOptions,
  Pkcs11RecipientOptions,
  PrivateKey,
  ProviderOpenerOptions,
  ProviderRecipientOptions,
  Recipient,
  RecipientKey,
  SymmetricKey,
  SymmetricKeyFacts,
  SymmetricKeyOptions,
  SymmetricRecipientKey,
} from '@securosys/ocicrypt';
export type { OpenPkcs11Options, PinCallback, PinInfo, PinSource, Pkcs11Backend } from '@securosys/pkcs11';
export {
  createFolderCrlCache,
  createMemoryCrlCache,
  createRevocationChecker,
  createTimestamper,
  parseCertificates,
  type RevocationChecker,
  type RevocationCheckerOptions,
  type TimestamperOptions,
} from '@securosys/pki';
export type { ApplicationKey, TsbAuth, TsbBackend, TsbBackendOptions } from '@securosys/tsb-client';
export { type AttachSignatureOptions, attachCosignSignature, type DetachedPayloadSignature } from './attach-cosign-signature.js';
export { type AttestedImage, type AttestedPredicate, type AttestOptions, type AttestSettings, attest } from './attest.js';
export type { CiEnvironment } from './ci/environment.js';
export { ciClaims } from './ci-claims.js';
export { connectMemory, connectPkcs11, connectTsb } from './connect.js';
export type { CosignContents } from './cosign-contents.js';
export type { CosignImageReport, CosignManifestReport, CosignVerdict, VerifiedCosignImage } from './cosign-report.js';
export type { DctImageReport, DctVerdict, VerifiedDctImage } from './dct-report.js';
export { addRecipients, type ChangeRecipientsOptions, replaceRecipients } from './encryption/change-recipients.js';
export { type DecryptedImage, type DecryptImageOptions, decryptImage } from './encryption/decrypt-image.js';
export { type EncryptImageOptions, encryptImage } from './encryption/encrypt-image.js';
export type { ImageRouteOptions, ManifestDescriptor, ProcessedImage } from './encryption/image-route.js';
export type { OpenEncryptedOptions } from './encryption/open-encrypted.js';
export { jweOpener, pkcs7Opener, pkcs11Opener, providerOpener } from './encryption/openers.js';
export { backendPrivateKey, localPrivateKey } from './encryption/private-keys.js';
export { jweRecipient, pkcs7Recipient, pkcs11Recipient, providerRecipient } from './encryption/recipients.js';
export type { EncryptedImage, SignResultOptions } from './encryption/sign-result.js';
export { backendSymmetricKey } from './encryption/symmetric-keys.js';
export type {
  CosignImageOptions,
  CosignManifestOptions,
  FormatOptions,
  NotationImageOptions,
  NotationSignOptions,
} from './formats/format-options.js';
export type { OwnParts, SignaturePlace } from './formats/image-format.js';
export type { SigningFormat } from './formats/signing-format.js';
export { type GeneratedPayload, type GeneratePayloadOptions, generatePayload } from './generate-payload.js';
export type { AttachedFormatId, ImageFormatId, ManifestFormatId } from './image-formats.js';
export type { ImageReport, ManifestReport, ReportCommon, SignatureReport, Verdict } from './image-report.js';
export type { InspectCosignSignatureOptions, InspectedCosignManifest } from './inspect-cosign-signature.js';
export { type InspectedSignature, type InspectSignatureOptions, inspectSignature } from './inspect-signature.js';
export type { InspectedTimestamp } from './inspect-timestamp.js';
export type { CosignSignatureList, ListCosignSignaturesOptions, ListedCosignSignature } from './list-cosign-signatures.js';
export { type ListedSignature, type ListSignaturesOptions, listSignatures, type SignatureList } from './list-signatures.js';
export type { MigratedTag } from './migration/migrated-tag.js';
export { type MigrationEntry, type MigrationReport, migrationReport } from './migration/migration-report.js';
export { type Migration, type MigrationOptions, prepareMigration } from './migration/prepare-migration.js';
export { type ClearEndedOptions, clearEndedRequests } from './requests/clear-ended.js';
export type { DecryptSettings } from './requests/decrypt-item.js';
export type { ItemRequest } from './requests/item-request.js';
export { type ListedRequestItem, type ListedSigningRequest, listSigningRequests } from './requests/list-signing-requests.js';
export { prepareSigningRequest } from './requests/prepare-request.js';
export { requestFile } from './requests/request-file.js';
export type {
  AttestationItemInput,
  BlobItemInput,
  DecryptItemInput,
  ForeignItemInput,
  ImageItemInput,
  OwnBlobOptions,
  PrepareRequestOptions,
  RequestItemInput,
  RequestItemOptions,
} from './requests/request-inputs.js';
export type { CompleteOptions, ItemRequestState } from './requests/request-state.js';
export type { SignedManifest } from './requests/request-target.js';
export type {
  CompletedItem,
  CompletedRequest,
  CompleteRequestOptions,
  RequestItem,
  RequestItemKind,
  RequestItemStatus,
  SigningRequest,
  SigningRequestState,
} from './requests/request-types.js';
export { resumeSigningRequest } from './requests/resume.js';
export { resumeBlobSigningRequest } from './requests/resume-blob.js';
export type { ResumeBlobOptions, ResumeCosignBlobOptions, ResumeOptions } from './requests/resume-options.js';
export type { ManifestProgress } from './requests/sign-group.js';
export type { ManifestSelection } from './select-manifests.js';
export { type SignBlobOptions, type SignedBlob, signBlob } from './sign-blob.js';
export type { SignCosignBlobOptions, SignedCosignBlob } from './sign-cosign-blob.js';
export { type SignedImage, type SignImageOptions, signImage } from './sign-image.js';
export type { SigningOptions, SignOptions } from './sign-options.js';
export { type SignedPayload, type SignPayloadOptions, signPayload } from './sign-payload.js';
export type { CosignEntry, FormatChoice, FormatEntry, FormatEntryOptions, NotationEntry } from './sign-plans.js';
export { type NotationTrust, type NotationTrustOptions, type NotationTrustRules, notationTrust, type Trust } from './trust.js';
export { notationTrustFromConfig } from './trust-from-config.js';
export {
  type AttestationReport,
  evaluateAttestations,
  type VerifiedAttestations,
  type VerifiedStatement,
  type VerifyAttestationOptions,
  verifyAttestation,
} from './verify-attestation.js';
export {
  type DetachedSignature,
  evaluateBlob,
  type VerifiedBlob,
  type VerifyBlobOptions,
  verifyBlob,
} from './verify-blob.js';
export type { CosignBlobFile, VerifiedCosignBlob, VerifyCosignBlobOptions } from './verify-cosign-blob.js';
export {
  evaluateImage,
  type VerifiedImage,
  type VerifyCosignImageOptions,
  type VerifyDctImageOptions,
  type VerifyImageOptions,
  type VerifyOptions,
  verifyImage,
} from './verify-image.js';
