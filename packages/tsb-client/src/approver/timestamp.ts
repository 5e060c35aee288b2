import type { KeyObject } from 'node:crypto';
import { base64Bytes, base64Text, invalidArgument, nodeCrypto, SignError } from '@securosys/core';
import type { ApprovalChallenge } from '../api/approval-frame.js';
import { encodeHsmTimestamp } from '../api/hsm-timestamp.js';
import type { ApprovalTask } from '../api/tasks.js';

/** Requests older than this are refused: 30 days. */
export const defaultMaxAgeMs = 30 * 24 * 3_600_000;
/** How far a clock of an HSM may run ahead of ours. */
const maxAheadMs = 5 * 60_000;

/** Keys of HSMs whose word about time counts. */
export type TimestampAnchors = readonly KeyObject[];

function readAnchor(spki: unknown): KeyObject {
  if (!(spki instanceof Uint8Array)) invalidArgument('timestamp keys (pinnedTimestampKey, timestampKeys) must be bytes');
  try {
    const key = nodeCrypto().createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    if (key.asymmetricKeyType === 'ec') return key;
  } catch (cause) {
    throw new SignError('ERR_INVALID_ARGUMENT', 'a timestamp key is no SubjectPublicKeyInfo of an EC key', { cause });
  }
  return invalidArgument('a timestamp key is no SubjectPublicKeyInfo of an EC key');
}

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function timestampAnchors(one: Uint8Array | undefined, more: readonly Uint8Array[] | undefined): TimestampAnchors {
  if (more !== undefined && !Array.isArray(more)) invalidArgument('timestampKeys must be a list');
  return [...(one === undefined ? [] : [one]), ...(more ?? [])].map(readAnchor);
}

/** Whether one of these HSM keys signed the timestamp of a challenge (SHA256withECDSA over its complete bytes, §5.4). */
function timestampVerifies(challenge: ApprovalChallenge, anchors: TimestampAnchors): boolean {
  const signed = encodeHsmTimestamp(challenge.timestamp);
  return anchors.some((key) => nodeCrypto().verify('sha256', signed, key, challenge.timestampSignature));
}

const repeated = (text: string | null, bytes: Uint8Array): boolean =>
  text !== null && base64Text(base64Bytes(text)) === base64Text(bytes);

/** What is wrong with the time of a request (S13). Without anchors nobody's word is taken, which is a risk and no mismatch. */
export function timestampMismatches(
  task: ApprovalTask,
  challenge: ApprovalChallenge,
  now: number,
  maxAgeMs: number,
  anchors: TimestampAnchors,
): string[] {
  const out: string[] = [];
  const at = challenge.timestamp.seconds * 1000;
  if (task.timestamp === null) out.push('the task lacks its timestamp (level 4)');
  else if (!repeated(task.timestamp, encodeHsmTimestamp(challenge.timestamp)))
    out.push('the timestamp of the task is not the one in the challenge');
  if (task.timestampSignature !== null && !repeated(task.timestampSignature, challenge.timestampSignature))
    out.push('the timestamp signature of the task is not the one in the challenge');
  if (now - at > maxAgeMs) out.push('the request is too old');
  if (at - now > maxAheadMs) out.push('the request is from the future');
  if (anchors.length > 0 && !timestampVerifies(challenge, anchors)) out.push('the pinned HSM key did not sign the timestamp');
  return out;
}
