import { base64Bytes, base64Text, nodeCrypto, SignError } from '@securosys/core';
import type { ApprovalChallenge } from '../api/approval-frame.js';
import { encodeHsmTimestamp } from '../api/hsm-timestamp.js';
import type { ApprovalTask } from '../api/tasks.js';

/** Requests older than this are refused: 30 days. */
export const defaultMaxAgeMs = 30 * 24 * 3_600_000;
/** How far a clock of an HSM may run ahead of ours. */
const maxAheadMs = 5 * 60_000;

/** Whether a pinned HSM key signed the timestamp of a challenge (SHA256withECDSA over its complete bytes, §5.4). */
export function timestampVerifies(challenge: ApprovalChallenge, pinned: Uint8Array): boolean {
  try {
    const key = nodeCrypto().createPublicKey({ key: Buffer.from(pinned), format: 'der', type: 'spki' });
    return nodeCrypto().verify('sha256', encodeHsmTimestamp(challenge.timestamp), key, challenge.timestampSignature);
  } catch (cause) {
    throw new SignError('ERR_INVALID_ARGUMENT', 'pinnedTimestampKey is no SubjectPublicKeyInfo of an EC key', { cause });
  }
}

/** What is wrong with the time of a request (S13). */
export function timestampMismatches(
  task: ApprovalTask,
  challenge: ApprovalChallenge,
  now: number,
  maxAgeMs: number,
  pinned: Uint8Array | undefined,
): string[] {
  const out: string[] = [];
  const at = challenge.timestamp.seconds * 1000;
  if (task.timestamp === null) out.push('the task lacks its timestamp (level 4)');
  else if (base64Text(base64Bytes(task.timestamp)) !== base64Text(encodeHsmTimestamp(challenge.timestamp)))
    out.push('the timestamp of the task is not the one in the challenge');
  if (now - at > maxAgeMs) out.push('the request is too old');
  if (at - now > maxAheadMs) out.push('the request is from the future');
  if (pinned && !timestampVerifies(challenge, pinned)) out.push('the pinned HSM key did not sign the timestamp');
  return out;
}
