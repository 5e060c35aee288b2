export type { BundleContent, BundleKey, SigstoreBundle } from './bundle/bundle.js';
export { readBundle } from './bundle/read-bundle.js';
export { writeBundle } from './bundle/write-bundle.js';
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
export { type PredicateName, predicateTypeOf, predicateTypes } from './statement/predicate-types.js';
export { readStatement } from './statement/read-statement.js';
export { type InTotoStatement, isAboutDigest, type StatementSubject } from './statement/statement.js';
export { type StatementInput, writeImageStatement, writeStatement } from './statement/write-statement.js';
