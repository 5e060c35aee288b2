import type { Attributes } from '@opentelemetry/api';
import { type Publication, type SigningIntent, type SigningOutcome, type SigningTarget, sanitizeText } from '@securosys/core';

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
export const useAttributes = ({ backend, operation }: SigningIntent): Attributes =>
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

/** Of the span of one use of a key: never the message, claims, or anything of a token. */
export function intentAttributes(intent: SigningIntent): Attributes {
  const { key, domain, operation, inputSha256, target, batch } = intent;
  return {
    ...useAttributes(intent),
    ...present({
      'securosys.key.label': key.ref.label,
      'securosys.key.spki_sha256': key.ref.spkiSha256,
      'securosys.key.spec': key.spec,
      'securosys.key.assurance': key.assurance,
      'securosys.domain': domain,
      'securosys.input_sha256': inputSha256,
      'securosys.subject.digest': operation.facts?.subject?.digest,
      'securosys.batch.id': batch?.id,
      ...targetAttributes(target),
    }),
  };
}

/** What came of it. */
export function outcomeAttributes({ result, requestId, approvals, signatureSha256, error }: SigningOutcome): Attributes {
  return present({
    'securosys.result': result,
    'securosys.request.id': requestId,
    'securosys.signature_sha256': signatureSha256,
    'securosys.approvals.given': approvals?.approvedBy.length,
    'securosys.approvals.missing': approvals?.notYetApprovedBy.length,
    'securosys.approvals.rejected': approvals?.rejectedBy.length,
    'error.type': error?.code,
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
