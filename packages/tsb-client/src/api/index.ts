export { innerBytesOf } from '../request-signing/inner-bytes.js';
export * from './algorithms.js';
export * from './approval-frame.js';
export * from './approver-login.js';
export * from './approver-management.js';
export * from './attestation.js';
export * from './certificate-names.js';
export {
  type AsynchronousCsr,
  type AsynchronousSelfSign,
  type AsynchronousSignCertificate,
  asynchronousCsrDto,
  asynchronousSelfSignDto,
  asynchronousSignCertificateDto,
  type CertificateCreated,
  type CsrAnswer,
  type CsrRequest,
  certificateCreatedDto,
  csrAnswerDto,
  csrDto,
  type SelfSignRequest,
  type SignCertificateRequest,
  type StandardCertificateAttributes,
  selfSignDto,
  signCertificateDto,
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
  type SynchronousBlock,
  type SynchronousModify,
  type SynchronousUnblock,
  synchronousBlockDto,
  synchronousModifyDto,
  synchronousUnblockDto,
  type UnblockCreated,
  type UnblockKey,
  unblockCreatedDto,
  unblockDto,
} from './changes.js';
export * from './char-array.js';
export {
  type AsynchronousDecrypt,
  asynchronousDecryptDto,
  type DecryptAnswer,
  type DecryptCreated,
  type DecryptRequestBody,
  decryptCreatedDto,
  decryptedDto,
  type Encrypt,
  type EncryptAnswer,
  type EncryptRequestBody,
  encryptDto,
  encryptedDto,
  type SynchronousDecrypt,
  type SynchronousDecryptRequestBody,
  synchronousDecryptDto,
} from './ciphers.js';
export * from './data-objects.js';
export type { Dto, Parser } from './dto.js';
export * from './endpoints.js';
export * from './error-table.js';
export * from './errors.js';
export {
  type ChallengePayload,
  decodeHsmTimestamp,
  encodeHsmTimestamp,
  type HsmTimestamp,
  unwrapTimestampSignature,
  wrapTimestampSignature,
} from './hsm-timestamp.js';
export * from './key-material.js';
export {
  addressFormats,
  type CreateKeyRequest,
  createKeyDto,
  type KeyNameRequest,
  keyNameDto,
  labelsDto,
  type SignedKeyAttributes,
  signedKeyAttributesDto,
  type TsbAttributes,
  type TsbKeyAttributes,
} from './keys.js';
export { openApiDocument } from './openapi.js';
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
export { type CertificateAnswer, certificateDto, type ImportCertificate, importCertificateDto } from './stored-certificates.js';
export * from './tasks.js';
export * from './utilities.js';
export * from './verify.js';
export {
  type AsynchronousUnwrap,
  asynchronousUnwrapDto,
  type SynchronousUnwrap,
  type SynchronousUnwrapRequestBody,
  synchronousUnwrapDto,
  type UnwrapCreated,
  type UnwrapRequestBody,
  unwrapCreatedDto,
  type WrapAnswer,
  type WrapKey,
  type WrapRequestBody,
  wrapDto,
  wrappedDto,
} from './wrapping.js';
