import { base64Text, type KeyRef } from '@securosys/core';
import type { ApprovalChallenge } from '../api/approval-frame.js';
import type { ApprovalTask } from '../api/tasks.js';
import { sameBytes, type TaskParts } from './compare.js';
import type { ExplainingFormat, Explanation } from './explain-payload.js';
import type { ApproverKey } from './key.js';
import type { TaskRisk } from './view.js';

/** What tasks are judged by. */
export interface Judgement {
  readonly formats: readonly ExplainingFormat[];
  readonly key: ApproverKey;
  readonly pinnedTimestampKey: Uint8Array | undefined;
  readonly expectedKeys: readonly KeyRef[] | undefined;
  readonly maxAgeMs: number;
  readonly now: number;
}

/** What is missing at the levels of a task, or is not what was expected. */
export function levelMismatches(task: ApprovalTask, challenge: ApprovalChallenge, judgement: Judgement): string[] {
  const out: string[] = [];
  const { key, expectedKeys } = judgement;
  if (!sameBytes(task.payload, challenge.payload?.bytes)) out.push('the payload of the task is not the one in the challenge');
  if (task.keyAttributes === null) out.push('the task lacks the attributes of the key (level 5)');
  if (task.approverPublicKey !== undefined && task.approverPublicKey !== base64Text(key.spki))
    out.push('the task is for another approver');
  if (expectedKeys && !expectedKeys.some((expected) => expected.label === challenge.label))
    out.push('the key is not one of those expected');
  return out;
}

/** A key that is not the pinned one of its label (S7). */
export function pinMismatches({ key, challenge }: TaskParts, expectedKeys: readonly KeyRef[] | undefined): string[] {
  const pins = (expectedKeys ?? []).filter(({ label, spkiSha256 }) => label === challenge.label && spkiSha256 !== undefined);
  return pins.length === 0 || pins.some(({ spkiSha256 }) => spkiSha256 === key.spkiSha256)
    ? []
    : ['the key is not the one that was pinned'];
}

/** What a person should think about. */
export function risksOf(task: ApprovalTask, parts: TaskParts, explanation: Explanation | undefined, pinned: boolean): TaskRisk[] {
  const { challenge, metadata, inner } = parts;
  const risks: TaskRisk[] = [];
  if (challenge.operation === 'use' && !explanation?.facts) risks.push(explanation?.blind === false ? 'unknown-format' : 'blind');
  if (challenge.operation === 'modify') risks.push('policy-change');
  if (challenge.operation === 'unblock') risks.push('unblock');
  if (!pinned) risks.push('timestamp-unverified');
  if (task.metaData && metadata?.binding?.payloadSha256 === undefined) risks.push('no-metadata-binding');
  if (inner.body.keyPassword !== undefined && inner.body.keyPassword !== null) risks.push('password-in-request');
  return risks;
}
