import { base64Bytes, SignError, sanitizeText } from '@securosys/core';
import { type ApprovalChallenge, decodeApprovalChallenge } from '../api/approval-frame.js';
import type { ModifyPolicy } from '../api/policy.js';
import { decodePolicyFrame } from '../api/policy-frame.js';
import type { ApprovalTask } from '../api/tasks.js';
import { certificateMismatches } from './certificate-request.js';
import { type TaskParts, taskMismatches } from './compare.js';
import { claimsOf, type Description, readDescription } from './description.js';
import { type Explanation, explainPayload } from './explain-payload.js';
import { type InnerRequest, innerRequest } from './inner-request.js';
import { type Judgement, levelMismatches, pinMismatches } from './judge.js';
import { type ReportedKey, reportedKey } from './key-xml.js';
import { originOf, type RequestOrigin } from './requester.js';
import { timestampMismatches } from './timestamp.js';

/** A task with every place decoded that can be, and everything that is wrong with it. */
export interface ReadTask {
  /** What an approval would sign. */
  readonly bytes: Uint8Array;
  readonly description: Description;
  readonly challenge: ApprovalChallenge | undefined;
  readonly inner: InnerRequest | undefined;
  readonly key: ReportedKey | undefined;
  readonly explanation: Explanation | undefined;
  /** New rules. */
  readonly policy: ModifyPolicy | undefined;
  readonly origin: RequestOrigin;
  /** All parts that decide, when none is missing. */
  readonly parts: TaskParts | undefined;
  readonly mismatches: readonly string[];
}

/** Gathers what strict readers refuse as lines for the person, so that one bad task never hides the others. */
class Findings {
  readonly mismatches: string[] = [];

  refused(error: unknown): undefined {
    if (!SignError.is(error)) throw error;
    this.mismatches.push(sanitizeText(error.message, 300));
    return undefined;
  }

  attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      return this.refused(error);
    }
  }

  add(find: () => readonly string[]): void {
    this.mismatches.push(...(this.attempt(find) ?? []));
  }
}

/** Reads one task as hostile. Never throws for what a TSB sent. */
export async function readTask(task: ApprovalTask, judgement: Judgement): Promise<ReadTask> {
  const found = new Findings();
  const description = readDescription(task);
  const { metadata } = description;
  const bytes = found.attempt(() => base64Bytes(task.approvalToBeSigned, 'challenge')) ?? new Uint8Array(0);
  const challenge = found.attempt(() => decodeApprovalChallenge(bytes));
  const inner = found.attempt(() => innerRequest(task));
  const { anchors, attestors, now, maxAgeMs, expectedKeys, pkix } = judgement;
  const key = await reportedKey(task, attestors, now).catch((error: unknown) => found.refused(error));
  const payload = challenge?.payload;
  const algorithm = inner?.body.signatureAlgorithm;
  const explanation =
    payload?.kind === 'use' && inner
      ? found.attempt(() => {
          const named = typeof algorithm === 'string' ? algorithm : undefined;
          return explainPayload(payload.bytes, inner.kind, named, metadata, judgement.formats, judgement.pkix);
        })
      : undefined;
  const policy = payload?.kind === 'modify' ? found.attempt(() => decodePolicyFrame(payload.bytes)) : undefined;
  const origin = (inner && found.attempt(() => originOf(inner, judgement.requesters))) ?? { mismatches: [] };
  if (challenge) {
    found.add(() => levelMismatches(task, challenge, inner?.kind.operation, judgement));
    found.add(() => timestampMismatches(task, challenge, now, maxAgeMs, anchors));
  }
  found.add(() => origin.mismatches);
  if (explanation?.contradiction !== undefined) found.mismatches.push(explanation.contradiction);
  const facts = explanation?.facts;
  const said = claimsOf(description, true);
  const parts: TaskParts | undefined = challenge && inner && key && { challenge, inner, key, metadata, said, facts };
  if (parts) {
    found.add(() => taskMismatches(parts, task));
    found.add(() => pinMismatches(parts, expectedKeys));
    found.add(() => certificateMismatches(parts, pkix));
  }
  const { mismatches } = found;
  return { bytes, description, challenge, inner, key, explanation, policy, origin, parts, mismatches };
}
