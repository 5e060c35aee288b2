import {
  type Claims,
  isSecretIntent,
  type JsonObject,
  type KeyIntent,
  type OutcomeOf,
  type Publication,
  sanitizeText,
} from '@securosys/core';
import {
  descriptor,
  factMembers,
  group,
  keyMembers,
  type Members,
  most,
  people,
  source,
  target,
  text,
  texts,
} from './entry-members.js';
import type { AuditContext } from './guard.js';
import type { AuditEntry } from './record.js';

const mostInputs = 200;

/** A request cannot say otherwise what the process itself says, nor crowd it out. */
const claimed = (context: AuditContext, claims: Claims | undefined) => texts(context.claims, claims);

/** Signatures are what most records are about; only other uses say what they are. */
const purposeOf = (intent: KeyIntent): Members => (isSecretIntent(intent) ? { purpose: intent.purpose } : {});

/** What an intent says that only one kind has: a decryption its purpose, and what it opens. */
const kindMembers = (intent: KeyIntent): Members =>
  isSecretIntent(intent) ? { ...purposeOf(intent), source: source(intent.source) } : { domain: intent.domain };

/** Which use of which key an event is about: never the message or the ciphertext itself. */
function useMembers(intent: KeyIntent, context: AuditContext): Members {
  const { backend, key, operation, inputSha256 } = intent;
  return {
    requester: text(context.requester),
    backend: text(backend),
    key: keyMembers(key),
    algorithm: operation.algorithm,
    ...kindMembers(intent),
    inputSha256,
    facts: factMembers(operation.facts),
    target: target(intent.target),
    claims: claimed(context, operation.claims),
    batch: intent.batch && group({ id: intent.batch.id, members: intent.batch.payloads.length }),
  };
}

/** Written before the backend is asked. */
export const intentEntry = (intent: KeyIntent, context: AuditContext): AuditEntry => ({
  kind: 'intent',
  ...useMembers(intent, context),
});

/** A ciphertext that does not open is one thing: what of it did not fit is nothing that a log should tell (S16). */
function errorMembers({ intent, error }: OutcomeOf<KeyIntent>): JsonObject | undefined {
  if (!error) return undefined;
  const { code, message, details } = error;
  if (isSecretIntent(intent) && (code === 'ERR_REQUEST_FAILED' || code === 'ERR_DIGEST_MISMATCH'))
    return { code: 'ERR_REQUEST_FAILED', message: 'it does not open with this key' };
  return group({ code, message: text(message), rule: text(details.rule) });
}

/** Written after the backend was asked, and again when a request has ended. */
export function outcomeEntry(outcome: OutcomeOf<KeyIntent>, context: AuditContext, seq: number | undefined): AuditEntry {
  const { intent, result, requestId, approvals } = outcome;
  return {
    kind: 'outcome',
    result,
    // The record of the intent has the rest; one of another process is found by what was signed, with which key.
    ...(seq === undefined
      ? useMembers(intent, context)
      : { intent: seq, ...purposeOf(intent), inputSha256: intent.inputSha256, key: keyMembers(intent.key) }),
    requestId: text(requestId),
    signatureSha256: 'signatureSha256' in outcome ? outcome.signatureSha256 : undefined,
    approvals: approvals && {
      approvedBy: people(approvals.approvedBy),
      notYetApprovedBy: people(approvals.notYetApprovedBy),
      rejectedBy: people(approvals.rejectedBy),
    },
    error: errorMembers(outcome),
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
