import { base64Bytes, isoSeconds, ownBytes, SignError, sanitizeText, sha256Hex } from '@securosys/core';
import { type ApprovalChallenge, decodeApprovalChallenge } from '../api/approval-frame.js';
import { decodePolicyFrame } from '../api/policy-frame.js';
import type { ApprovalTask } from '../api/tasks.js';
import { explainPolicy } from '../policy/explain.js';
import { type TaskParts, taskMismatches } from './compare.js';
import { claimsOf, readDescription } from './description.js';
import { explainPayload } from './explain-payload.js';
import { innerRequest } from './inner-request.js';
import { type Judgement, levelMismatches, pinMismatches, risksOf } from './judge.js';
import { reportedKey } from './key-xml.js';
import { legibilityRisks } from './legible.js';
import { cleanClaims, cleanFacts, cleanPolicy } from './sanitize.js';
import { timestampMismatches } from './timestamp.js';
import type { TaskView } from './view.js';

/** A view, and the bytes that approving it would sign. */
export interface Examined {
  readonly view: TaskView;
  readonly challenge: Uint8Array;
}

/** Runs a strict reader; what it refuses becomes a line for the person, never an error that hides the other tasks. */
function attempt<T>(mismatches: string[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!SignError.is(error)) throw error;
    mismatches.push(sanitizeText(error.message, 300));
    return undefined;
  }
}

/** Reads one task as hostile, and says everything about it that a person should know. Never throws for what a TSB sent. */
export function examineTask(task: ApprovalTask, judgement: Judgement): Examined {
  const mismatches: string[] = [];
  const read = readDescription(task);
  const bytes = attempt(mismatches, () => base64Bytes(task.approvalToBeSigned, 'challenge')) ?? new Uint8Array(0);
  const challenge = attempt(mismatches, () => decodeApprovalChallenge(bytes));
  const inner = attempt(mismatches, () => innerRequest(task));
  const key = attempt(mismatches, () => reportedKey(task.keyAttributes ?? ''));
  const algorithm = typeof inner?.body.signatureAlgorithm === 'string' ? inner.body.signatureAlgorithm : undefined;
  const payload = challenge?.payload;
  const explanation =
    payload?.kind === 'use' && inner?.operation === 'sign' && algorithm !== undefined
      ? attempt(mismatches, () => explainPayload(payload.bytes, algorithm, read.metadata, judgement.formats))
      : undefined;
  const policy = payload?.kind === 'modify' ? attempt(mismatches, () => decodePolicyFrame(payload.bytes)) : undefined;
  const { pinnedTimestampKey, now, maxAgeMs, expectedKeys } = judgement;
  if (challenge) {
    mismatches.push(...(attempt(mismatches, () => levelMismatches(task, challenge, judgement)) ?? []));
    mismatches.push(
      ...(attempt(mismatches, () => timestampMismatches(task, challenge, now, maxAgeMs, pinnedTimestampKey)) ?? []),
    );
  }
  if (explanation?.ambiguous) mismatches.push('more than one format explains the payload');
  const parts: TaskParts | undefined = challenge &&
    inner &&
    key && { challenge, inner, key, metadata: read.metadata, facts: explanation?.facts };
  if (parts) mismatches.push(...taskMismatches(parts), ...pinMismatches(parts, expectedKeys));
  const facts = explanation?.facts && cleanFacts(explanation.facts);
  const said = claimsOf(read, facts !== undefined);
  const claims = cleanClaims(said);
  const view: TaskView = {
    id: task.id,
    operation: inner?.operation ?? 'unknown',
    keyLabel: sanitizeText(challenge?.label ?? '', 200),
    ...(algorithm !== undefined && { algorithm: sanitizeText(algorithm, 80) }),
    ...(facts && { facts }),
    claims,
    mismatches: mismatches.map((line) => sanitizeText(line, 300)),
    risks: [
      ...(parts ? risksOf(task, parts, explanation, pinnedTimestampKey !== undefined) : (['blind'] as const)),
      ...legibilityRisks({ claims, ...(facts && { facts }) }, explanation?.facts, said),
    ],
    ...(challenge && { requestedAt: requestTime(challenge) }),
    ...(payload && { payloadSha256: sha256Hex(payload.bytes), payloadSize: payload.bytes.byteLength }),
    ...(policy && { policy: cleanPolicy(policy), policyText: explainPolicy(policy) }),
    ...(key && { keySpkiSha256: key.spkiSha256 }),
    challengeSha256: sha256Hex(bytes),
  };
  return { view: Object.freeze(view), challenge: ownBytes(bytes) };
}

/** Seconds beyond the year 9999 have no RFC 3339 form. */
function requestTime(challenge: ApprovalChallenge): string {
  return challenge.timestamp.seconds < 253_402_300_800 ? isoSeconds(challenge.timestamp.seconds * 1000) : 'beyond the year 9999';
}
