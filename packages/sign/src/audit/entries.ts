import {
  type Claims,
  type Descriptor,
  type JsonObject,
  type JsonValue,
  type KeyInfo,
  type Publication,
  type SigningFacts,
  type SigningIntent,
  type SigningOutcome,
  type SigningTarget,
  sanitizeText,
} from '@securosys/core';
import type { AuditContext } from './guard.js';
import type { AuditEntry } from './record.js';

/** Longest text of one member, and most members of one group: a request may claim what it likes, and a record has to fit its line. */
const longest = 400;
const most = 16;
/** Approvers are named by their public keys, base64 of up to 4096 bits. */
const longestApprover = 1200;
const mostInputs = 200;
/**
 * Most bytes of one group of claims or details, and of one list of approvers. With them the longest record, an outcome that stands without its
 * intent, fits its line: else whoever claims enough would have a key used without a record of what came of it.
 */
const groupBytes = 8 * 1024;
const peopleBytes = 9 * 1024;

type Members = Readonly<Record<string, JsonValue | undefined>>;

/** Members that are there; `undefined` when none is. */
function group(members: Members): JsonObject | undefined {
  const present = Object.entries(members).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  return present.length === 0 ? undefined : Object.fromEntries(present);
}

const text = (value: unknown): string | undefined => (value === undefined ? undefined : sanitizeText(String(value), longest));

/** The first of these that there is room for: `most` in number, and so many bytes of JSON. */
function fitting<T extends JsonValue>(values: readonly T[], bytes: number): readonly T[] {
  let left = bytes;
  const past = values.findIndex((value, index) => {
    left -= Buffer.byteLength(JSON.stringify(value)) + 1;
    return index >= most || left < 0;
  });
  return past < 0 ? values : values.slice(0, past);
}

function people(values: readonly string[]): JsonValue[] {
  const shown = fitting(
    values.map((value) => sanitizeText(value, longestApprover)),
    peopleBytes,
  );
  return shown.length < values.length ? [...shown, `… ${values.length - shown.length} more`] : [...shown];
}

/** What comes first stays, in its own words and when there is too much. */
function texts(...sources: readonly (Readonly<Record<string, string>> | undefined)[]): JsonObject | undefined {
  const named = new Map<string, string>();
  let unsaid = 0;
  for (const values of sources)
    for (const [name, value] of Object.entries(values ?? {})) {
      const [known, said] = [sanitizeText(name, 80), sanitizeText(value, longest)];
      if (!named.has(known)) named.set(known, said);
      else if (named.get(known) !== said) unsaid++;
    }
  const shown = fitting([...named], groupBytes);
  const hidden = named.size - shown.length + unsaid;
  return group({ ...Object.fromEntries(shown), ...(hidden > 0 && { '…': `${hidden} more` }) });
}

const descriptor = (of: Descriptor | undefined): JsonObject | undefined =>
  of && group({ mediaType: text(of.mediaType), digest: text(of.digest), size: of.size });

const target = (of: SigningTarget | undefined): JsonObject | undefined =>
  of && group({ repository: text(of.repository), tag: text(of.tag), digest: text(of.digest), name: text(of.name) });

const keyMembers = ({ ref, spec, assurance }: KeyInfo): JsonObject | undefined =>
  group({ spkiSha256: ref.spkiSha256, label: text(ref.label), spec, assurance });

/** What the bytes say, as their format explains them. */
const factMembers = (facts: SigningFacts | undefined): JsonObject | undefined =>
  facts &&
  group({
    format: text(facts.format),
    title: text(facts.title),
    subject: descriptor(facts.subject),
    signedAt: text(facts.signedAt),
    expiresAt: text(facts.expiresAt),
    details: texts(facts.details),
  });

/** A request cannot say otherwise what the process itself says, nor crowd it out. */
const claimed = (context: AuditContext, claims: Claims | undefined) => texts(context.claims, claims);

/** Which use of which key an event is about: never the message itself. */
function useMembers({ backend, key, domain, operation, inputSha256, ...intent }: SigningIntent, context: AuditContext): Members {
  return {
    requester: text(context.requester),
    backend: text(backend),
    key: keyMembers(key),
    algorithm: operation.algorithm,
    domain,
    inputSha256,
    facts: factMembers(operation.facts),
    target: target(intent.target),
    claims: claimed(context, operation.claims),
    batch: intent.batch && group({ id: intent.batch.id, members: intent.batch.payloads.length }),
  };
}

/** Written before the backend is asked. */
export const intentEntry = (intent: SigningIntent, context: AuditContext): AuditEntry => ({
  kind: 'intent',
  ...useMembers(intent, context),
});

/** Written after the backend was asked, and again when a request has ended. */
export function outcomeEntry(outcome: SigningOutcome, context: AuditContext, seq: number | undefined): AuditEntry {
  const { intent, result, requestId, approvals, signatureSha256, error } = outcome;
  const rule = error?.details.rule;
  return {
    kind: 'outcome',
    result,
    // The record of the intent has the rest; one of another process is found by what was signed, with which key.
    ...(seq === undefined
      ? useMembers(intent, context)
      : { intent: seq, inputSha256: intent.inputSha256, key: keyMembers(intent.key) }),
    requestId: text(requestId),
    signatureSha256,
    approvals: approvals && {
      approvedBy: people(approvals.approvedBy),
      notYetApprovedBy: people(approvals.notYetApprovedBy),
      rejectedBy: people(approvals.rejectedBy),
    },
    error: error && group({ code: error.code, message: text(error.message), rule: text(rule) }),
  };
}

/** Written when signatures were put where others find them. */
export function publishedEntry(publication: Publication, context: AuditContext): AuditEntry {
  const { inputs, artifacts, backend, key, format, requestId } = publication;
  return {
    kind: 'published',
    requester: text(context.requester),
    backend: text(backend),
    key: keyMembers(key),
    format: text(format),
    inputs: inputs.slice(0, mostInputs).map((input) => sanitizeText(input, 80)),
    target: target(publication.target),
    artifacts: artifacts.slice(0, most).flatMap((artifact) => descriptor(artifact) ?? []),
    requestId: text(requestId),
  };
}
