import { base64Bytes, equalBytes } from '@securosys/core';
import type { RejectTask, SendApproval } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';
import { errorOfForeignApproval } from '../inferred.js';
import type { Partition } from '../partition.js';
import { advance, settle } from '../requests/lifecycle.js';
import { hasEnded, type RequestRecord, type TaskRecord } from '../requests/request-record.js';
import { readApprover } from './approver.js';
import { approverSignatureHolds } from './approver-signature.js';
import { approverOfLogin } from './login.js';

/** The task while it can still be decided: a rejection may be taken back as long as the quorum is not reached (§4.4). */
function undecided(partition: Partition, id: string, mayTakeBack: boolean): { request: RequestRecord; task: TaskRecord } {
  const found = partition.requests.task(id);
  const over = settle(partition, found.request) === 'ended' || hasEnded(found.request);
  const takesBack = mayTakeBack && found.task.state === 'rejected' && found.request.status === 'PENDING';
  if (over || (found.task.state !== 'open' && !takesBack)) throw failure(652, 'the task is not open any more');
  return found;
}

/**
 * `POST /v1/approval` (`tsb-rest-api.md` §5.5): counts an approval whose signature holds over exactly the issued bytes, by exactly
 * the task's approver, then looks at the rule again before it answers.
 * @throws SignError with the TSB error 652 for a task that is gone, 403 for other bytes, another key or a bad signature
 */
export async function approveTask(partition: Partition, approval: SendApproval): Promise<void> {
  const { request, task } = undecided(partition, approval.id, true);
  const issued = request.challenge.approvalToBeSigned;
  const approver = readApprover(approval);
  const bytes = base64Bytes(approval.approvalToBeSigned, 'approvalToBeSigned');
  const signature = base64Bytes(approval.signature, 'signature');
  if (!equalBytes(bytes, issued))
    throw failure(errorOfForeignApproval, 'approvalToBeSigned is not what this task was issued with');
  if (approver.type !== task.approver.type || approver.value !== task.approver.value)
    throw failure(errorOfForeignApproval, 'the task belongs to another approver');
  if (!approverSignatureHolds(approver.key, approval.approvalDigestAlgorithm, issued, signature))
    throw failure(403, 'the approval signature does not verify');
  partition.requests.decide(request, task, 'approved');
  await advance(partition, request);
}

/**
 * `PATCH /v1/task` (§5.5): rejects. The request ends only when no token can reach its quorum any more.
 * @throws SignError with the TSB error 652 for a task that is gone or another approver's, 403, 404
 */
export async function rejectTask(partition: Partition, rejection: RejectTask): Promise<void> {
  const approver = approverOfLogin(rejection, partition.clock.now(), partition.loginWindow);
  const { request, task } = undecided(partition, rejection.id, false);
  if (task.approver.spki !== approver.spki) throw failure(652, 'there is no task of this id for this approver');
  partition.requests.decide(request, task, 'rejected');
  await advance(partition, request);
}
