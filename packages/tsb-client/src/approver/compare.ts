import { base64Bytes, base64Text, type Claims, equalBytes, SignError, type SigningFacts, sha256Hex } from '@securosys/core';
import type { ApprovalChallenge } from '../api/approval-frame.js';
import { modifyPolicyDto } from '../api/policy.js';
import { encodePolicyFrame } from '../api/policy-frame.js';
import { algorithmsNamed } from '../backend/algorithms.js';
import { withoutNumber } from '../metadata/distinct.js';
import { flatFacts } from '../metadata/facts-text.js';
import type { RequestMetadata } from '../metadata/metadata.js';
import type { InnerRequest } from './inner-request.js';
import type { ReportedKey } from './key-xml.js';

/** Every place that says something about one task, already decoded. */
export interface TaskParts {
  readonly challenge: ApprovalChallenge;
  readonly inner: InnerRequest;
  readonly key: ReportedKey;
  readonly metadata: RequestMetadata | undefined;
  readonly facts: SigningFacts | undefined;
}

const operationsOf: Readonly<Record<ApprovalChallenge['operation'], readonly InnerRequest['operation'][]>> = {
  use: ['sign', 'decrypt', 'unwrap', 'certificate'],
  block: ['block'],
  unblock: ['unblock'],
  modify: ['modify'],
};

/** The original request against the bytes to be signed. */
function requestMismatches({ challenge, inner, key }: TaskParts): string[] {
  const out: string[] = [];
  if (!operationsOf[challenge.operation].includes(inner.operation))
    out.push('the request is of another operation than the challenge');
  if (inner.keyName !== challenge.label) out.push('the request names another key than the challenge');
  if (key.label !== challenge.label) out.push('the key attributes are those of another key');
  if (inner.operation === 'sign' && challenge.payload?.kind === 'use') {
    if (inner.body.payload !== base64Text(challenge.payload.bytes))
      out.push('the request has another payload than the challenge');
  }
  return out;
}

/** The same bytes mean something else under another algorithm: description and facts must be for the one of the request (S3, S4). */
function algorithmMismatches({ challenge, inner, metadata, facts }: TaskParts): string[] {
  if (inner.operation !== 'sign') return [];
  const { signatureAlgorithm } = inner.body;
  if (typeof signatureAlgorithm !== 'string') return ['the request names no signature algorithm'];
  const asked: readonly string[] = algorithmsNamed(signatureAlgorithm, challenge.payload?.bytes.byteLength ?? 0);
  const other = (said: string | undefined): boolean => said !== undefined && !asked.includes(said);
  return [
    ...(other(metadata?.binding?.algorithm) ? ['the description is bound to another algorithm'] : []),
    ...(other(facts?.details?.algorithm) ? ['the bytes are for another algorithm than the request'] : []),
  ];
}

/** A description bound to other bytes or another key was transplanted (S3). */
function bindingMismatches({ challenge, inner, key, metadata }: TaskParts): string[] {
  const binding = metadata?.binding ?? {};
  const expected = {
    payloadSha256: challenge.payload ? sha256Hex(challenge.payload.bytes) : undefined,
    operation: inner.operation,
    keyLabel: challenge.label,
    spkiSha256: key.spkiSha256,
  };
  return Object.entries(expected).flatMap(([name, value]) => {
    const said = binding[name as keyof typeof expected];
    return said === undefined || said === value ? [] : [`the description is bound to another ${name}`];
  });
}

/** Facts that metadata states must be those that the bytes prove (S1). */
function factMismatches({ metadata, facts }: TaskParts): string[] {
  const said = metadata?.facts ?? {};
  const proven = facts ? flatFacts(facts) : {};
  return Object.entries(said).flatMap(([name, value]) => {
    // The title is wording, which may differ between versions; every fact in it has a member of its own.
    if (name === 'title') return [];
    if (!Object.hasOwn(proven, name)) return facts ? [`the description states ${name}, which the bytes do not say`] : [];
    return proven[name] === value ? [] : [`the description contradicts the bytes about ${name}`];
  });
}

const digest = /sha(?:256|384|512):[0-9a-f]{64,128}/g;
const subjectNames = new Set(['digest', 'image', 'reference', 'subject']);

/** A claim that names an image by digest must name the one that is signed. */
function claimMismatches(claims: Claims, facts: SigningFacts | undefined): string[] {
  const subject = facts?.subject?.digest;
  if (subject === undefined) return [];
  return Object.entries(claims).flatMap(([name, value]) => {
    const named =
      subjectNames.has(withoutNumber(name).toLowerCase()) || /@sha(?:256|384|512):/.test(value)
        ? (value.match(digest) ?? [])
        : [];
    return named.every((found) => found === subject) ? [] : [`the claim '${name}' names another digest than the bytes`];
  });
}

/**
 * The rules of the original request must be those of the challenge. Approvers by certificate have no known form in a challenge,
 * so such rules cannot be compared and count as contradicting.
 */
export function policyMismatches({ inner, challenge }: TaskParts): string[] {
  if (inner.operation !== 'modify' || challenge.payload?.kind !== 'modify') return [];
  try {
    const asked = encodePolicyFrame(modifyPolicyDto.received.parse(inner.body.policy));
    return equalBytes(asked, challenge.payload.bytes) ? [] : ['the request asks for other rules than the challenge'];
  } catch (error) {
    if (!SignError.is(error)) throw error;
    return ['the rules of the request cannot be compared with those of the challenge'];
  }
}

/** Everything in which a task contradicts itself. Empty is what an honest TSB and an honest requester produce. */
export function taskMismatches(parts: TaskParts): string[] {
  return [
    ...requestMismatches(parts),
    ...algorithmMismatches(parts),
    ...bindingMismatches(parts),
    ...factMismatches(parts),
    ...policyMismatches(parts),
    ...claimMismatches(parts.metadata?.claims ?? {}, parts.facts),
  ];
}

/** Bytes of a member that must repeat what the challenge holds. */
export function sameBytes(text: string | null, bytes: Uint8Array | undefined): boolean {
  if (text === null) return bytes === undefined;
  return bytes !== undefined && base64Text(base64Bytes(text)) === base64Text(bytes);
}
