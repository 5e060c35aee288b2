export * from './algorithms.js';
export * from './approval-frame.js';
export * from './approver-login.js';
export {
  type CertificateAnswer,
  certificateDto,
  type ImportCertificate,
  importCertificateDto,
} from './certificates.js';
export {
  type BlockCreated,
  type BlockKey,
  blockCreatedDto,
  blockDto,
  type ModifyCreated,
  type ModifyKey,
  modifyCreatedDto,
  modifyDto,
  type UnblockCreated,
  type UnblockKey,
  unblockCreatedDto,
  unblockDto,
} from './changes.js';
export * from './char-array.js';
export { type Dto, loadContract, type Parser } from './dto.js';
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
export {
  approvalTypes,
  type ModifyPolicy,
  modifyPolicyDto,
  type Policy,
  type PolicyApproval,
  type PolicyGroup,
  type PolicyRule,
  type PolicyToken,
  policyDto,
  type ReportedPolicy,
} from './policy.js';
export { type ApprovalKey, decodePolicyFrame, encodePolicyFrame } from './policy-frame.js';
export {
  type RequestFilter,
  type RequestList,
  requestFilterDto,
  requestListDto,
  requestStatusDto,
  type TsbRequest,
} from './requests.js';
export * from './roles.js';
export * from './service.js';
export type { OtherName } from './shape.js';
export {
  type AsynchronousSign,
  asynchronousSignDto,
  type RequestSignature,
  type SignatureAnswer,
  type SignCreated,
  type SignRequestBody,
  type SynchronousSign,
  type SynchronousSignRequestBody,
  signatureDto,
  signCreatedDto,
  synchronousSignDto,
} from './sign.js';
export * from './tasks.js';
