import { base64Bytes, base64Text, equalBytes, SignError, type SigningFacts, sha256Hex } from '@securosys/core';
import type { ApprovalChallenge } from '../api/approval-frame.js';
import { modifyPolicyDto } from '../api/policy.js';
import { encodePolicyFrame } from '../api/policy-frame.js';
import type { ApprovalTask } from '../api/tasks.js';
import { algorithmsNamed } from '../backend/algorithms.js';
import { type BoundTo, bindingMismatches } from '../metadata/check-binding.js';
import type { Statements } from '../metadata/distinct.js';
import { flatFacts } from '../metadata/facts-text.js';
import type { RequestMetadata } from '../metadata/metadata.js';
import type { InnerRequest } from './inner-request.js';
import type { ReportedKey } from './key-xml.js';
import { changeMismatches, digestMismatches } from './named-digests.js';
import { challengeOperation } from './operations.js';

/** Every place that says something about one task, already decoded. */
export interface TaskParts {
  readonly challenge: ApprovalChallenge;
  readonly inner: InnerRequest;
  readonly key: ReportedKey;
  readonly metadata: RequestMetadata | undefined;
  /** All that the requester says, in whatever form. */
  readonly said: Statements;
  readonly facts: SigningFacts | undefined;
}

/** The original request against the bytes to be signed, and against what the task repeats of it. */
function requestMismatches({ challenge, inner, key }: TaskParts, task: ApprovalTask): string[] {
  const { kind, body } = inner;
  const out: string[] = [];
  if (challenge.operation !== challengeOperation(kind.operation))
    out.push('the request is of another operation than the challenge');
  if (inner.keyName !== challenge.label) out.push('the request names another key than the challenge');
  if (key.label !== challenge.label) out.push('the key attributes are those of another key');
  if (kind.payload !== undefined && challenge.payload?.kind === 'use')
    if (body[kind.payload] !== base64Text(challenge.payload.bytes))
      out.push('the request has another payload than the challenge');
  for (const name of ['metaData', 'metaDataSignature'] as const)
    if ((task[name] ?? null) !== (body[name] ?? null)) out.push(`the ${name} of the task is not the one in the request`);
  return out;
}

/** What a description of this request has to be bound to. */
export function boundTo({ challenge, inner, key }: Omit<TaskParts, 'metadata' | 'said' | 'facts'>): BoundTo {
  const { operation } = inner.kind;
  const { payload, label } = challenge;
  const { signatureAlgorithm } = inner.body;
  return {
    operation,
    keyLabel: label,
    payloadSha256: payload && sha256Hex(payload.bytes),
    payloadKnown: inner.kind.payload !== undefined,
    spkiSha256: key.spkiSha256,
    // The same bytes mean something else under another algorithm (S3, S4).
    algorithms: operation === 'sign' ? algorithmsNamed(String(signatureAlgorithm), payload?.bytes.byteLength ?? 0) : undefined,
  };
}

function algorithmMismatches({ inner, facts }: TaskParts, { algorithms }: BoundTo): string[] {
  if (!algorithms) return [];
  if (typeof inner.body.signatureAlgorithm !== 'string') return ['the request names no signature algorithm'];
  const said = facts?.details?.algorithm;
  return said === undefined || algorithms.includes(said) ? [] : ['the bytes are for another algorithm than the request'];
}

/** Facts that metadata states must be those that the bytes prove (S1). */
function factMismatches({ metadata, facts }: TaskParts): string[] {
  const said = metadata?.facts ?? {};
  const proven = facts ? flatFacts(facts) : {};
  return Object.entries(said).flatMap(([name, value]) => {
    if (!Object.hasOwn(proven, name)) return facts ? [`the description states ${name}, which the bytes do not say`] : [];
    return proven[name] === value ? [] : [`the description contradicts the bytes about ${name}`];
  });
}

/**
 * The rules of the original request must be those of the challenge. Approvers by certificate have no known form in a challenge,
 * so such rules cannot be compared and count as contradicting.
 */
function policyMismatches({ inner, challenge }: TaskParts): string[] {
  if (inner.kind.operation !== 'modify' || challenge.payload?.kind !== 'modify') return [];
  try {
    const asked = encodePolicyFrame(modifyPolicyDto.received.parse(inner.body.policy));
    return equalBytes(asked, challenge.payload.bytes) ? [] : ['the request asks for other rules than the challenge'];
  } catch (error) {
    if (!SignError.is(error)) throw error;
    return ['the rules of the request cannot be compared with those of the challenge'];
  }
}

/** Everything in which a task contradicts itself. Empty is what an honest TSB and an honest requester produce. */
export function taskMismatches(parts: TaskParts, task: ApprovalTask): string[] {
  const bound = boundTo(parts);
  return [
    ...requestMismatches(parts, task),
    ...algorithmMismatches(parts, bound),
    ...bindingMismatches(parts.metadata?.binding ?? {}, bound),
    ...factMismatches(parts),
    ...policyMismatches(parts),
    ...digestMismatches(parts.said, parts),
    ...changeMismatches(parts.said, parts),
  ];
}

/** Bytes of a member that must repeat what the challenge holds. */
export function sameBytes(text: string, bytes: Uint8Array | undefined): boolean {
  return bytes !== undefined && base64Text(base64Bytes(text)) === base64Text(bytes);
}
