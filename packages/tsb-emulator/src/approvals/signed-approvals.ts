import { base64Bytes, equalBytes, hexText, SignError } from '@securosys/core';
import { type ApprovalChallenge, type ChallengeOperation, decodeApprovalChallenge } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';
import { errorOfUnapprovedCall } from '../inferred.js';
import { hsmSeconds, type Partition } from '../partition.js';
import { evaluateRule } from '../policy/evaluate.js';
import { approversOf, type MaybeRule } from '../policy/model.js';
import { readApprover } from './approver.js';
import { approverSignatureHolds } from './approver-signature.js';
import { decodeAuthorizationToken } from './authorization-token.js';

/** The call that the approvals have to be about. */
export interface ApprovedCall {
  readonly operation: ChallengeOperation;
  readonly label: string;
  readonly payload: Uint8Array;
  readonly rule: MaybeRule;
}

interface Counted {
  readonly createdAt: number;
  readonly approvedBy: Set<string>;
}

function aboutCall(challenge: ApprovalChallenge, call: ApprovedCall): boolean {
  const payload = challenge.payload?.bytes ?? new Uint8Array(0);
  return challenge.operation === call.operation && challenge.label === call.label && equalBytes(payload, call.payload);
}

/** Adds one token's approver to those of the same challenge. */
function count(partition: Partition, call: ApprovedCall, text: string, byChallenge: Map<string, Counted>): void {
  const token = decodeAuthorizationToken(base64Bytes(text, 'signed approval'));
  const challenge = decodeApprovalChallenge(token.approvalToBeSigned);
  if (!partition.timestampKey.made(challenge.timestamp, challenge.timestampSignature))
    throw failure(403, 'a signed approval carries a timestamp that this HSM did not make');
  if (!aboutCall(challenge, call)) throw failure(403, 'a signed approval is for another key, operation or payload');
  const approver = readApprover(token.approver);
  const named = approversOf(call.rule).some((a) => a.type === approver.type && a.value === approver.value);
  if (!named || !approverSignatureHolds(approver.key, token.digest, token.approvalToBeSigned, token.signature))
    throw failure(403, 'a signed approval is not by an approver of this key');
  const id = hexText(token.approvalToBeSigned);
  const counted = byChallenge.get(id) ?? { createdAt: challenge.timestamp.seconds, approvedBy: new Set() };
  byChallenge.set(id, counted);
  counted.approvedBy.add(approver.spki);
}

/**
 * Refuses a synchronous call on a key with a policy unless its rule asks for nothing or enough `signedApprovals` of one
 * challenge came with it, inside the window that began with the challenge's HSM timestamp (`tsb-rest-api.md` §4.3, §5.6, S5).
 * @throws SignError with the TSB error 401 when approvals are missing or too old, 403 for one that is not for this call
 */
export function demandApproved(partition: Partition, call: ApprovedCall, signedApprovals: readonly string[]): void {
  const now = hsmSeconds(partition);
  const rejectedBy = new Set<string>();
  const open = (createdAt: number, approvedBy: ReadonlySet<string>) =>
    evaluateRule(call.rule, { createdAt, now, approvedBy, rejectedBy }).kind === 'open';
  if (open(now, new Set())) return;
  const byChallenge = new Map<string, Counted>();
  try {
    for (const text of signedApprovals) count(partition, call, text, byChallenge);
  } catch (error) {
    if (SignError.is(error, 'ERR_MALFORMED')) throw failure(403, error.message);
    throw error;
  }
  if ([...byChallenge.values()].some((c) => open(c.createdAt, c.approvedBy))) return;
  throw failure(errorOfUnapprovedCall, `the policy of '${call.label}' is not fulfilled by the approvals of this call`);
}
