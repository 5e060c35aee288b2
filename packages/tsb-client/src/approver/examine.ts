import { isoSeconds, ownBytes, sanitizeText, sha256Hex } from '@securosys/core';
import type { ApprovalChallenge } from '../api/approval-frame.js';
import { type ApprovalTask, type DetailLevel, detailLevels } from '../api/tasks.js';
import { listedMembers } from '../metadata/batch.js';
import type { PolicyProblem } from '../policy/check-rule.js';
import { explainPolicy } from '../policy/explain.js';
import { askedOf } from './asked.js';
import { claimsOf } from './description.js';
import { claimRisks, type Judgement, risksOf } from './judge.js';
import { legibilityRisks } from './legible.js';
import { type ComparedPolicy, comparedPolicy } from './policy-change.js';
import { progressOf } from './progress.js';
import { type ReadTask, readTask } from './read-task.js';
import type { TaskRisk } from './risks.js';
import { cleanChanges, cleanClaims, cleanFacts, cleanPolicy } from './sanitize.js';
import { taskWindow } from './task-window.js';
import type { TaskView } from './view.js';

/** A view, the bytes that approving it would sign, and what is needed to compare it with others. */
export interface Examined {
  readonly view: TaskView;
  readonly challenge: Uint8Array;
  /** Nonce of a description that a pinned application bound to this request. */
  readonly nonce?: string;
}

const lacks = (task: ApprovalTask): boolean =>
  task.requestBase64 === null || task.timestamp === null || task.keyAttributes === null;

/** The level that was asked for, unless the task says that it holds less. */
function levelOf(task: ApprovalTask, asked: DetailLevel): DetailLevel {
  const said = ([...detailLevels] as (string | undefined)[]).indexOf(task.detailLevel);
  return detailLevels[Math.min(Math.max(said, 0), detailLevels.indexOf(asked))] ?? 'level1';
}

function allRisks(task: ApprovalTask, read: ReadTask, judgement: Judgement, change: ComparedPolicy | undefined): TaskRisk[] {
  const { parts, explanation, origin } = read;
  return [
    ...(change?.risks ?? []),
    ...(parts ? risksOf(task, parts, explanation, origin, judgement) : (['blind', 'unknown-requester'] as const)),
    ...(lacks(task) ? (['insufficient-detail'] as const) : []),
  ];
}

/** What a task says in numbers and hashes: nothing here is free text. */
function measured({ challenge, key, bytes, explanation }: ReadTask) {
  const payload = challenge?.payload;
  const window = challenge && key && taskWindow(challenge, key);
  return {
    ...(challenge && { requestedAt: requestTime(challenge) }),
    ...(payload && { payloadSha256: sha256Hex(payload.bytes), payloadSize: payload.bytes.byteLength }),
    ...(explanation?.messageSha256 !== undefined && { messageSha256: explanation.messageSha256 }),
    ...(window && { window }),
    ...(key && { keySpkiSha256: key.spkiSha256, keyAttested: key.attested }),
    challengeSha256: sha256Hex(bytes),
  };
}

function batchOf({ description }: ReadTask): Pick<TaskView, 'batch'> {
  const { batchId, batchSha256, batchPayloads } = description.metadata?.binding ?? {};
  if (batchId === undefined) return {};
  const known = batchSha256 !== undefined && /^[0-9a-f]{64}$/.test(batchSha256);
  const members = listedMembers(batchSha256, batchPayloads);
  return { batch: { id: sanitizeText(batchId), ...(known && { sha256: batchSha256 }), ...(members && { members }) } };
}

const mistakeText = ({ path, message }: PolicyProblem): string => `MISTAKE: ${path}: ${message}`;

/** Reads one task as hostile, and says everything about it that a person should know. Never throws for what a TSB sent. */
export async function examineTask(task: ApprovalTask, judgement: Judgement, level: DetailLevel): Promise<Examined> {
  const read = await readTask(task, judgement);
  const { inner, key, policy, challenge, description, explanation, origin, parts } = read;
  const change = policy && comparedPolicy(key, policy);
  const facts = explanation?.facts && cleanFacts(explanation.facts);
  const said = claimsOf(description, facts !== undefined);
  const asking = inner ? askedOf(inner) : [];
  const claims = cleanClaims(said);
  const asked = cleanClaims(asking);
  const algorithm = inner?.body.signatureAlgorithm;
  const { requester } = origin;
  const bound = parts !== undefined && claimRisks(task, parts, judgement.now).length === 0;
  const claimsVerified = requester !== undefined && Boolean(task.metaData) && bound && read.mismatches.length === 0;
  const view: TaskView = {
    id: task.id,
    detailLevel: levelOf(task, level),
    operation: inner?.kind.operation ?? 'unknown',
    ...(inner?.kind.certificate && { certificate: inner.kind.certificate }),
    keyLabel: sanitizeText(challenge?.label ?? '', 200),
    ...(typeof algorithm === 'string' && { algorithm: sanitizeText(algorithm, 80) }),
    ...(facts && { facts }),
    claims,
    claimsVerified,
    requester: requester ? { name: sanitizeText(requester.name) } : 'unverified',
    asked,
    mismatches: read.mismatches.map((line) => sanitizeText(line, 300)),
    risks: [
      ...allRisks(task, read, judgement, change),
      ...legibilityRisks({ claims, asked, ...(facts && { facts }) }, explanation?.facts, [said, asking]),
    ],
    ...measured(read),
    ...(policy && {
      policy: cleanPolicy(policy),
      policyText: [...explainPolicy(policy), ...(change?.mistakes ?? []).map(mistakeText)],
    }),
    ...(change?.changes && { policyChanges: cleanChanges(change.changes) }),
    ...batchOf(read),
    ...(task.requestStatus && { progress: progressOf(task.requestStatus, key?.policy) }),
  };
  const nonce = claimsVerified ? description.metadata?.binding?.nonce : undefined;
  return { view, challenge: ownBytes(read.bytes), ...(nonce !== undefined && { nonce }) };
}

/** Seconds beyond the year 9999 have no RFC 3339 form. */
function requestTime(challenge: ApprovalChallenge): string {
  return challenge.timestamp.seconds < 253_402_300_800 ? isoSeconds(challenge.timestamp.seconds * 1000) : 'beyond the year 9999';
}
