import type { Attributes } from '@opentelemetry/api';
import {
  isSecretIntent,
  type KeyIntent,
  type OutcomeOf,
  type Publication,
  type SignError,
  type SigningTarget,
  sanitizeText,
} from '@securosys/core';

/** Longest text of one attribute. */
const longest = 400;
const text = (value: string) => sanitizeText(value, longest);

/** Those that are there. */
function present(values: Readonly<Record<string, string | number | undefined>>): Attributes {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'string' ? text(value) : value]],
    ),
  );
}

/** Of metrics: few values each. */
export const useAttributes = ({ backend, operation }: KeyIntent): Attributes =>
  present({
    'securosys.backend': backend,
    'securosys.algorithm': operation.algorithm,
    'securosys.format': operation.facts?.format,
  });

const targetAttributes = (target: SigningTarget | undefined) => ({
  'securosys.target.repository': target?.repository,
  'securosys.target.tag': target?.tag,
  'securosys.target.digest': target?.digest,
  'securosys.target.name': target?.name,
});

/** What only a signature has, and what only a decryption has. */
const kindAttributes = (intent: KeyIntent) =>
  isSecretIntent(intent)
    ? {
        'securosys.purpose': intent.purpose,
        'securosys.source.repository': intent.source?.repository,
        'securosys.source.tag': intent.source?.tag,
        'securosys.source.digest': intent.source?.digest,
        'securosys.source.layers': intent.source?.layers,
      }
    : { 'securosys.domain': intent.domain };

/** Of the span of one use of a key: never the message, the ciphertext, claims, or anything of a token. */
export function intentAttributes(intent: KeyIntent): Attributes {
  const { key, operation, inputSha256, target, batch } = intent;
  return {
    ...useAttributes(intent),
    ...present({
      'securosys.key.label': key.ref.label,
      'securosys.key.spki_sha256': key.ref.spkiSha256,
      'securosys.key.spec': key.spec,
      'securosys.key.assurance': key.assurance,
      ...kindAttributes(intent),
      'securosys.input_sha256': inputSha256,
      'securosys.subject.digest': operation.facts?.subject?.digest,
      'securosys.batch.id': batch?.id,
      ...targetAttributes(target),
    }),
  };
}

/** What is said of an error: its code, and of a ciphertext that does not open no more than that (S16). */
export const errorType = (intent: KeyIntent, { code }: SignError): string =>
  isSecretIntent(intent) && code === 'ERR_DIGEST_MISMATCH' ? 'ERR_REQUEST_FAILED' : code;

/** What came of it. */
export function outcomeAttributes(outcome: OutcomeOf<KeyIntent>): Attributes {
  const { intent, result, requestId, approvals, error } = outcome;
  return present({
    'securosys.result': result,
    'securosys.request.id': requestId,
    'securosys.signature_sha256': 'signatureSha256' in outcome ? outcome.signatureSha256 : undefined,
    'securosys.approvals.given': approvals?.approvedBy.length,
    'securosys.approvals.missing': approvals?.notYetApprovedBy.length,
    'securosys.approvals.rejected': approvals?.rejectedBy.length,
    'error.type': error && errorType(intent, error),
  });
}

/** Of the span of a publication. */
export function publicationAttributes({ backend, key, format, target, requestId, artifacts }: Publication): Attributes {
  const digests = artifacts.slice(0, 16).map(({ digest }) => text(digest));
  return {
    ...present({
      'securosys.backend': backend,
      'securosys.key.spki_sha256': key.ref.spkiSha256,
      'securosys.format': format,
      'securosys.request.id': requestId,
      ...targetAttributes(target),
    }),
    ...(digests.length > 0 && { 'securosys.artifact.digests': digests }),
  };
}
