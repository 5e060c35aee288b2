export * from './algorithms.js';
export * from './approval-frame.js';
export * from './approver-login.js';
export {
  type CertificateAnswer,
  certificateDto,
  type ImportCertificate,
  importCertificateDto,
} from './certificates.js';
export * from './changes.js';
export * from './char-array.js';
export type { Dto, Parser } from './dto.js';
export * from './endpoints.js';
export * from './errors.js';
export {
  type ChallengePayload,
  decodeHsmTimestamp,
  encodeHsmTimestamp,
  type HsmTimestamp,
  unwrapTimestampSignature,
  wrapTimestampSignature,
} from './hsm-timestamp.js';
export * from './keys.js';
export * from './policy.js';
export { type ApprovalKey, decodePolicyFrame, encodePolicyFrame } from './policy-frame.js';
export * from './requests.js';
export * from './roles.js';
export * from './service.js';
export * from './sign.js';
export * from './tasks.js';
