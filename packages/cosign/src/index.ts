export type { BundleContent, BundleKey, SigstoreBundle } from './bundle/bundle.js';
export { readBundle } from './bundle/read-bundle.js';
export { writeBundle } from './bundle/write-bundle.js';
export { bundleMediaType, dsseEnvelopeType, layerAnnotations, signPredicateType, simpleSigningType } from './constants.js';
export { type DsseEnvelope, readEnvelope, writeEnvelope } from './dsse/envelope.js';
export { type PreAuthContents, preAuthEncoding, readPreAuthEncoding } from './dsse/pre-auth-encoding.js';
export { cosignAlgorithm, messageHash, verifierAdvice } from './keys/cosign-algorithm.js';
export { type CosignPublicKey, cosignPublicKeyPem, keyHint, readCosignPublicKey } from './keys/public-key.js';
export { storedSignature, verifyStoredSignature } from './keys/signature-bytes.js';
export type { CosignKmsMethod } from './kms/contract.js';
export { type CosignKmsAnswer, type CosignKmsCall, handleCosignKms } from './kms/handle-cosign-kms.js';
export type {
  CosignKmsContext,
  CosignKmsKeySettings,
  CosignKmsNewKey,
  CosignKmsPlugin,
  CosignKmsProgress,
} from './kms/plugin.js';
export { dockerReferenceOf } from './payload/docker-reference.js';
export { type PayloadInput, readPayload, type SimpleSigningPayload, writePayload } from './payload/simple-signing.js';
export { type CosignAttestOptions, cosignAttestation } from './signing/cosign-attestation.js';
export { type CosignBlobOptions, cosignBlob } from './signing/cosign-blob.js';
export { type CosignPrepareOptions, cosignImage } from './signing/cosign-image.js';
export { detachedSignature, readDetachedSignature } from './signing/detached-signature.js';
export type { CosignSigningOptions } from './signing/shapes.js';
export type * from './signing/signature.js';
export { timestampResponse, timestampToken } from './signing/timestamp-response.js';
export { type PredicateName, type PredicateUri, predicateTypeOf, predicateTypes } from './statement/predicate-types.js';
export type * from './statement/predicates.js';
export { readStatement } from './statement/read-statement.js';
export { type InTotoStatement, isAboutDigest, type StatementSubject } from './statement/statement.js';
export {
  checkedPredicate,
  type PredicateInput,
  type TypedPredicate,
  typedPredicate,
} from './statement/typed-predicate.js';
export { type StatementInput, writeImageStatement, writeStatement } from './statement/write-statement.js';
export { type AttachCosignOptions, attachCosign } from './storage/attach.js';
export { type CollectCosignOptions, collectCosign } from './storage/collect.js';
export { attachCosignSignature, type DetachedSignatureFiles, generatePayload } from './storage/detached-flow.js';
export { type LegacyTagKind, legacyTag } from './storage/legacy-tag.js';
export type { AttachedBy } from './storage/same-layer.js';
export type { CosignCollection, StoredBundle, StoredFault, StoredLayer, StoredLimit } from './storage/stored.js';
export type { CosignCompatibility } from './verify/compatibility.js';
export { evaluateCosignAttestations } from './verify/evaluate-attestations.js';
export { type CosignBlobArtifact, evaluateCosignBlob } from './verify/evaluate-blob.js';
export { type CosignAttestationArtifact, evaluateCosignBlobAttestation } from './verify/evaluate-blob-attestation.js';
export { evaluateCosignBundle } from './verify/evaluate-bundle.js';
export { evaluateCosignImage } from './verify/evaluate-image.js';
export type { CosignEvaluateOptions, CosignJudgeOptions } from './verify/evaluate-options.js';
export { layerTimestamps } from './verify/judge-payload.js';
export type { CosignSignatureReason, CosignVerdictReason, Reason } from './verify/reasons.js';
export type {
  CosignAttestationReport,
  CosignFindings,
  CosignReport,
  CosignSignatureResult,
  CosignSigner,
  CosignSource,
  CosignTimestamp,
  GoodCosignSignature,
  RefusedCosignSignature,
  TrustedStatement,
} from './verify/report.js';
export type { CosignTimestampPolicy } from './verify/timestamp-policy.js';
export { type CosignTrust, type CosignTrustOptions, cosignTrust } from './verify/trust.js';
export type { CosignTrustKey } from './verify/trusted-key.js';
