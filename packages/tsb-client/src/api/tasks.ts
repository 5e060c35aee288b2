import { approverDigests, payloadTypes } from './algorithms.js';
import { type BlockKey, blockShape, type ModifyKey, modifyShape, type UnblockKey, unblockShape } from './changes.js';
import { dto } from './dto.js';
import { requestStatusShape, type TsbRequest } from './requests.js';
import { type Infer, list, nullable, object, oneOf, oneOfOpen, optional } from './shape.js';
import { type AsynchronousSign, signedSignShape } from './sign.js';
import { anything, base64, base64NotEmpty, count, positive, text, timestamp, uuid } from './values.js';

export const detailLevels = ['level1', 'level2', 'level3', 'level4', 'level5', 'level6'] as const;
export type DetailLevel = (typeof detailLevels)[number];
export const sortOrders = ['CREATION_DATE_ASC', 'CREATION_DATE_DESC', 'LAST_FETCHED_DATE_ASC', 'LAST_FETCHED_DATE_DESC'] as const;

/** How an approver logs in: a signature over the UTF-8 bytes of the timestamp text (§5.2). */
const approverLogin = {
  timestamp,
  timestampSignature: base64NotEmpty,
  timestampDigestAlgorithm: oneOf(approverDigests),
  /** Base64 SPKI DER, exactly as the policy has it. */
  approverPublicKey: optional(base64NotEmpty),
  /** Base64 DER, exactly as the policy has it. */
  approverCertificate: optional(base64NotEmpty),
  timestampSigningCertificate: optional(base64NotEmpty),
};

const paging = object({ pageNumber: count, pageSize: positive, sortOrder: oneOf(sortOrders) });

const taskFilterShape = object({
  ...approverLogin,
  /** Id of one task. */
  id: optional(uuid),
  /** Ignored when `id` is given. */
  requestId: optional(uuid),
  detailLevel: optional(oneOf(detailLevels)),
  paging: optional(paging),
});

const taskShape = object({
  id: uuid,
  detailLevel: optional(oneOfOpen(detailLevels)),
  /** Base64 of the challenge (§5.4). */
  approvalToBeSigned: base64,
  approverPublicKey: optional(base64),
  // level 2
  metaData: nullable(text),
  metaDataSignature: nullable(text),
  payload: nullable(base64),
  payloadType: nullable(oneOfOpen(payloadTypes)),
  // level 3
  /** Base64 of the complete original body. May hold a key password. */
  requestBase64: nullable(base64),
  signedSignRequest: nullable<AsynchronousSign>(signedSignShape),
  signedModifyKeyRequest: nullable<ModifyKey>(modifyShape),
  signedBlockKeyRequest: nullable<BlockKey>(blockShape),
  signedUnblockKeyRequest: nullable<UnblockKey>(unblockShape),
  signedDecryptRequest: nullable(anything),
  signedUnwrapKeyRequest: nullable(anything),
  signedCertificateRequestRequest: nullable(anything),
  signedSignCertificateRequest: nullable(anything),
  signedSelfSignCertificateRequestDto: nullable(anything),
  // level 4
  /** Base64 of the HSM timestamp; equals the timestamp inside the challenge. */
  timestamp: nullable(base64),
  timestampSignature: nullable(base64),
  timestampSignatureAlgorithm: nullable(text),
  timestampSignatureWithAlgorithm: nullable(base64),
  // level 5
  keyAttributes: nullable(text),
  keyAttributesSignature: nullable(base64),
  // level 6
  requestStatus: nullable<TsbRequest>(requestStatusShape),
});

const taskListShape = object({ tasks: list<ApprovalTask>(taskShape) });

const approvalShape = object({
  /** Id of the task. */
  id: uuid,
  approvalToBeSigned: base64NotEmpty,
  /** Over all decoded bytes of `approvalToBeSigned`. RSA PKCS#1 v1.5, ECDSA in DER, or Ed25519. */
  signature: base64NotEmpty,
  approvalDigestAlgorithm: oneOf(approverDigests),
  approverPublicKey: optional(base64NotEmpty),
  approverCertificate: optional(base64NotEmpty),
});

const rejectTaskShape = object({ ...approverLogin, id: uuid });

export interface TaskFilter extends Infer<typeof taskFilterShape> {}
export interface ApprovalTask extends Infer<typeof taskShape> {}
export interface TaskList extends Infer<typeof taskListShape> {}
export interface SendApproval extends Infer<typeof approvalShape> {}
export interface RejectTask extends Infer<typeof rejectTaskShape> {}
/** The fields of a login, as `TaskFilter` and `RejectTask` carry them. */
export type ApproverLogin = Pick<
  TaskFilter,
  | 'timestamp'
  | 'timestampSignature'
  | 'timestampDigestAlgorithm'
  | 'approverPublicKey'
  | 'approverCertificate'
  | 'timestampSigningCertificate'
>;

export const taskFilterDto = dto<TaskFilter>('task filter', taskFilterShape);
export const taskListDto = dto<TaskList>('task list', taskListShape);
export const sendApprovalDto = dto<SendApproval>('approval', approvalShape);
export const rejectTaskDto = dto<RejectTask>('task rejection', rejectTaskShape);
