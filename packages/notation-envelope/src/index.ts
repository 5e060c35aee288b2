export {
  attachSignature,
  isUnusable,
  readSignature,
  readSignatureManifest,
  type SignatureManifestContents,
} from './attached-signature.js';
export { type BlobDescriptorOptions, blobDescriptor } from './blob-descriptor.js';
export { blobSignatureFileName, mediaTypeOfSignatureFile } from './blob-file-name.js';
export {
  type BlobPolicyStatement,
  type BlobTrustPolicy,
  type BlobTrustPolicyOptions,
  parseBlobTrustPolicy,
  selectBlobStatement,
} from './blob-policy.js';
export { type ChainCache, type ChainCacheOptions, createChainCache, type SignerChain } from './chain-cache.js';
export { type EnvelopeMediaType, signatureArtifactType } from './constants.js';
export { parseCoseEnvelope } from './cose-envelope.js';
export type { EnvelopeCompatibility, OpenEnvelopeOptions } from './envelope-options.js';
export type { EnvelopeParts } from './envelope-parts.js';
export { evaluateSignature } from './evaluate.js';
export { type EvaluateBlobOptions, evaluateBlobSignature } from './evaluate-blob.js';
export { type BlobDigester, type BlobSource, isBlobSource } from './evaluate-blob-digest.js';
export type { EvaluateOptions } from './evaluate-options.js';
export type { EvaluateRules, NotationCompatibility } from './evaluate-rules.js';
export {
  type InspectedAttribute,
  type InspectedCertificate,
  type InspectedEnvelope,
  inspectEnvelope,
} from './inspect-envelope.js';
export { parseJwsEnvelope } from './jws-envelope.js';
export type { NotaryAlgorithm } from './notary-algorithms.js';
export { type NotationConfig, notationConfig } from './notation-config.js';
export { type NotationEnvironment, notationConfigFolder } from './notation-config-folder.js';
export { notationCose } from './notation-cose.js';
export { notationJws } from './notation-jws.js';
export { type OpenEnvelope, openEnvelope } from './open-envelope.js';
export type {
  CheckReason,
  CheckResult,
  CheckType,
  Evaluated,
  SignatureContents,
  SignatureOutcome,
  SignerIdentity,
} from './outcome.js';
export type {
  AnchorFound,
  CertificateRevocationSummary,
  PluginVerdict,
  RevocationSourceSummary,
  RevocationSummary,
  TimestampFound,
} from './outcome-findings.js';
export type {
  CriticalAttributes,
  PluginCapability,
  PluginCommand,
  PluginConfig,
  PluginMetadata,
  VerificationCapability,
  VerificationPlugin,
  VerificationPlugins,
  VerificationResult,
  VerifySignatureRequest,
  VerifySignatureResponse,
} from './plugin/contract.js';
export { handleNotation, isPluginCommand, type NotationAnswer, type NotationCall } from './plugin/handle-notation.js';
export type { NotationPlugin, PluginContext, PluginKeyContext, PluginProgress } from './plugin/notation-plugin.js';
export type { PolicyStatement, VerificationStatement } from './policy-statement.js';
export type { ReasonCode } from './refusal.js';
export type { NotationSignature } from './signature.js';
export { type SignatureManifestOptions, signatureManifest } from './signature-manifest.js';
export type { AttributeName, AttributeValue, SignedAttributes, SigningScheme } from './signed-attributes.js';
export type { ExtendedAttribute, VerificationPluginAttribute } from './signing-attributes.js';
export type { NotationPrepareOptions } from './signing-options.js';
export { parseTrustPolicy, selectStatement, type TrustPolicy, type TrustPolicyOptions } from './trust-policy.js';
export { type TrustStore, trustStoreFromCertificates } from './trust-store.js';
export { trustStoreFromFolder } from './trust-store-folder.js';
export type { TrustStoreName, TrustStoreType } from './trust-store-name.js';
export type { TrustedIdentity } from './trusted-identity.js';
export type { CheckAction, LevelName, PolicyCheck, VerificationLevel } from './verification-level.js';
