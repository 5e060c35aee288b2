export { type EnvelopeMediaType, signatureArtifactType } from './constants.js';
export { type ChainCache, type ChainCacheOptions, createChainCache, type SignerChain } from './envelope/chain-cache.js';
export { parseCoseEnvelope } from './envelope/cose-envelope.js';
export type { EnvelopeCompatibility, OpenEnvelopeOptions } from './envelope/envelope-options.js';
export type { EnvelopeParts } from './envelope/envelope-parts.js';
export {
  type InspectedAttribute,
  type InspectedCertificate,
  type InspectedEnvelope,
  inspectEnvelope,
} from './envelope/inspect-envelope.js';
export { parseJwsEnvelope } from './envelope/jws-envelope.js';
export type { NotaryAlgorithm } from './envelope/notary-algorithms.js';
export { type OpenEnvelope, openEnvelope } from './envelope/open-envelope.js';
export type { AttributeName, AttributeValue, SignedAttributes, SigningScheme } from './envelope/signed-attributes.js';
export { evaluateSignature } from './evaluation/evaluate.js';
export { type EvaluateBlobOptions, evaluateBlobSignature } from './evaluation/evaluate-blob.js';
export { type BlobDigester, type BlobSource, isBlobSource } from './evaluation/evaluate-blob-digest.js';
export type { EvaluateOptions } from './evaluation/evaluate-options.js';
export type { EvaluateRules, NotationCompatibility } from './evaluation/evaluate-rules.js';
export type {
  CheckReason,
  CheckResult,
  CheckType,
  Evaluated,
  SignatureContents,
  SignatureOutcome,
  SignerIdentity,
} from './evaluation/outcome.js';
export type {
  AnchorFound,
  CertificateRevocationSummary,
  PluginVerdict,
  RevocationSourceSummary,
  RevocationSummary,
  TimestampFound,
} from './evaluation/outcome-findings.js';
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
export type { ReasonCode } from './refusal.js';
export {
  attachSignature,
  isUnusable,
  readSignature,
  readSignatureManifest,
  type SignatureManifestContents,
} from './signing/attached-signature.js';
export { type BlobDescriptorOptions, blobDescriptor } from './signing/blob-descriptor.js';
export { blobSignatureFileName, mediaTypeOfSignatureFile } from './signing/blob-file-name.js';
export { notationCose } from './signing/notation-cose.js';
export { notationJws } from './signing/notation-jws.js';
export type { NotationSignature } from './signing/signature.js';
export { type SignatureManifestOptions, signatureManifest } from './signing/signature-manifest.js';
export type { ExtendedAttribute, VerificationPluginAttribute } from './signing/signing-attributes.js';
export type { NotationPrepareOptions } from './signing/signing-options.js';
export {
  type BlobPolicyStatement,
  type BlobTrustPolicy,
  type BlobTrustPolicyOptions,
  parseBlobTrustPolicy,
  selectBlobStatement,
} from './trust/blob-policy.js';
export { type NotationConfig, notationConfig } from './trust/notation-config.js';
export { type NotationEnvironment, notationConfigFolder } from './trust/notation-config-folder.js';
export type { PolicyStatement, VerificationStatement } from './trust/policy-statement.js';
export { parseTrustPolicy, selectStatement, type TrustPolicy, type TrustPolicyOptions } from './trust/trust-policy.js';
export { type TrustStore, trustStoreFromCertificates } from './trust/trust-store.js';
export { trustStoreFromFolder } from './trust/trust-store-folder.js';
export type { TrustStoreName, TrustStoreType } from './trust/trust-store-name.js';
export type { TrustedIdentity } from './trust/trusted-identity.js';
export type { CheckAction, LevelName, PolicyCheck, VerificationLevel } from './trust/verification-level.js';
