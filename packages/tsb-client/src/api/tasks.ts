import { approverDigests, payloadTypes } from './algorithms.js';
import { csrRequestShape, selfSignRequestShape, signCertificateRequestShape } from './certificates.js';
import { blockShape, modifyShape, unblockShape } from './changes.js';
import { decryptShape } from './ciphers.js';
import { dto } from './dto.js';
import { requestStatusShape, type TsbRequest } from './requests.js';
import { copied, type Infer, list, nullable, object, oneOf, oneOfOpen, optional } from './shape.js';
import { signedSignShape } from './sign.js';
import { base64, base64NotEmpty, count, positive, text, timestamp, uuid } from './values.js';
import { unwrapShape } from './wrapping.js';

/** How much of a task is fetched: each level adds members to the one before (§5.1). */
export const detailLevels = ['level1', 'level2', 'level3', 'level4', 'level5', 'level6'] as const;
/** One of {@link detailLevels}. */
export type DetailLevel = (typeof detailLevels)[number];
/** Orders that tasks can be listed in. */
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
  signedSignRequest: copied(signedSignShape),
  signedModifyKeyRequest: copied(modifyShape),
  signedBlockKeyRequest: copied(blockShape),
  signedUnblockKeyRequest: copied(unblockShape),
  signedDecryptRequest: copied(decryptShape),
  signedUnwrapKeyRequest: copied(unwrapShape),
  signedCertificateRequestRequest: copied(csrRequestShape),
  signedSignCertificateRequest: copied(signCertificateRequestShape),
  signedSelfSignCertificateRequestDto: copied(selfSignRequestShape),
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

/** Which tasks to fetch, with the login of the approver who asks. */
export interface TaskFilter extends Infer<typeof taskFilterShape> {}
/** One decision that an approver is asked for; members above the detail level asked for are absent. */
export interface ApprovalTask extends Infer<typeof taskShape> {}
/** Tasks of one approver. */
export interface TaskList extends Infer<typeof taskListShape> {}
/** An approver's signature over the challenge of a task (§5.4). */
export interface SendApproval extends Infer<typeof approvalShape> {}
/** An approver's no, authenticated by a login. */
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

/** {@link TaskFilter} on the wire. */
export const taskFilterDto = dto<TaskFilter>('task filter', taskFilterShape);
/** {@link TaskList} on the wire. */
export const taskListDto = dto<TaskList>('task list', taskListShape);
/** {@link SendApproval} on the wire. */
export const sendApprovalDto = dto<SendApproval>('approval', approvalShape);
/** {@link RejectTask} on the wire. */
export const rejectTaskDto = dto<RejectTask>('task rejection', rejectTaskShape);
