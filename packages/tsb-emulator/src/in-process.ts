import { base64Bytes, base64Text, invalidArgument, isoSeconds, utf8Bytes } from '@securosys/core';
import type { TsbRequest } from '@securosys/tsb-client/api';
import type { ApproverKeyPair } from './approvals/approver-key.js';
import { signAsApprover } from './approvals/approver-signature.js';
import { encodeAuthorizationToken } from './approvals/authorization-token.js';
import { approveTask, rejectTask } from './approvals/decide.js';
import { failure } from './failure.js';
import type { Partition } from './partition.js';
import { settle } from './requests/lifecycle.js';
import type { OperationKind } from './requests/operation-kind.js';
import type { TaskRecord } from './requests/request-record.js';
import { statusView } from './requests/status-view.js';

/** A request as a test looks at it. */
export interface FakeRequest extends TsbRequest {
  readonly kind: OperationKind;
  readonly keyLabel: string;
  /** What the HSM said when the status is `FAILED`. */
  readonly failureReason: string | undefined;
  /** The use payload or policy frame that approvers decide on. */
  readonly payload: Uint8Array | undefined;
}

/** All requests, oldest first, up to date with the clock. */
export function listRequests(partition: Partition): FakeRequest[] {
  return partition.requests.all().map((request) => {
    settle(partition, request);
    const { kind, keyLabel, shown, failureReason } = request;
    const payload = shown.payload === null ? undefined : base64Bytes(shown.payload);
    return { ...statusView(request), kind, keyLabel, failureReason, payload };
  });
}

/** @throws SignError `ERR_INVALID_ARGUMENT` for a name in place of a key, else as the call over HTTP fails */
function taskOf(partition: Partition, requestId: string, approver: ApproverKeyPair): TaskRecord {
  const given: Partial<ApproverKeyPair> | undefined = typeof approver === 'object' && approver !== null ? approver : undefined;
  if (given?.spki === undefined || given.privateKey === undefined)
    invalidArgument('the approver has to be a key of createApproverKey; names work with createFakeTsb of @securosys/testing');
  const spki = base64Text(approver.spki);
  const task = partition.requests.get(requestId).tasks.find((t) => t.approver.spki === spki);
  if (!task) throw failure(652, 'this request asks nothing of this approver');
  return task;
}

const identity = ({ approver }: TaskRecord) =>
  approver.type === 'public_key' ? { approverPublicKey: approver.value } : { approverCertificate: approver.value };

/** Signs the challenge with the approver's key and hands the approval in, through the same checks as over HTTP. */
export async function approveInProcess(partition: Partition, requestId: string, approver: ApproverKeyPair): Promise<void> {
  const task = taskOf(partition, requestId, approver);
  const { approvalToBeSigned } = partition.requests.get(requestId).challenge;
  const { signature, digest } = signAsApprover(approver.privateKey, approvalToBeSigned);
  await approveTask(partition, {
    id: task.id,
    approvalToBeSigned: base64Text(approvalToBeSigned),
    signature: base64Text(signature),
    approvalDigestAlgorithm: digest,
    ...identity(task),
  });
}

/** Logs in as the approver and rejects the task, through the same checks as over HTTP. */
export async function rejectInProcess(partition: Partition, requestId: string, approver: ApproverKeyPair): Promise<void> {
  const task = taskOf(partition, requestId, approver);
  const timestamp = isoSeconds(partition.clock.now());
  const { signature, digest } = signAsApprover(approver.privateKey, utf8Bytes(timestamp));
  await rejectTask(partition, {
    id: task.id,
    timestamp,
    timestampSignature: base64Text(signature),
    timestampDigestAlgorithm: digest,
    ...identity(task),
  });
}

/** An entry of `signedApprovals` (`tsb-rest-api.md` §5.6) over the challenge of a request, base64, in the emulator's own form. */
export function authorizationTokenFor(partition: Partition, requestId: string, approver: ApproverKeyPair): string {
  const task = taskOf(partition, requestId, approver);
  const { approvalToBeSigned } = partition.requests.get(requestId).challenge;
  const { signature } = signAsApprover(approver.privateKey, approvalToBeSigned);
  const value = base64Bytes(task.approver.value);
  const who = task.approver.type === 'public_key' ? { spki: value } : { certificate: value };
  const keyType = approver.privateKey.asymmetricKeyType ?? '';
  return base64Text(encodeAuthorizationToken(approvalToBeSigned, keyType, signature, who));
}
