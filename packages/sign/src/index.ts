export {
  type Clock,
  createMemoryStore,
  createSigner,
  type KeyBackend,
  type KeyRef,
  type PendingStore,
  SignError,
  type SignErrorCode,
  type Signer,
  type SignerOptions,
} from '@securosys/core';
export { createFolderStore } from '@securosys/core/folder-store';
export { trustStoreFromCertificates, trustStoreFromFolder } from '@securosys/notation-envelope';
export { createOci, type Oci, type OciOptions } from '@securosys/oci';
export { connectMemory, connectTsb } from './connect.js';
export type { ImageFormatId } from './image-formats.js';
export type { ImageReport, ReportCommon, SignatureReport } from './image-report.js';
export { type ResumeOptions, resumeSigningRequest } from './resume.js';
export { type SignedImage, type SignImageOptions, signImage } from './sign-image.js';
export type { CompleteOptions, SigningRequest, SigningRequestState } from './signing-request.js';
export { type NotationTrust, type NotationTrustOptions, notationTrust, type Trust } from './trust.js';
export { evaluateImage, type VerifiedImage, type VerifyImageOptions, verifyImage } from './verify-image.js';
