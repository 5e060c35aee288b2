import type { CosignContents, InspectedSignature, InspectedTimestamp } from '@securosys/sign';
import type { Line } from './output.js';

/** `2026-03-01T00:00:00Z`. */
export const shownTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function timestampLines(timestamp: InspectedTimestamp | undefined): Line[] {
  if (!timestamp) return [];
  if (timestamp.error) return [{ text: `    timestamp that cannot be read: ${timestamp.error.message}`, tone: 'warn' }];
  const about = timestamp.imprintMatches ? '' : ', about something else';
  return [`    timestamp ${shownTime(timestamp.genTime)}${about}`];
}

const annotationLines = (annotations: Readonly<Record<string, unknown>> = {}): Line[] =>
  Object.entries(annotations).map(([name, value]) => `    ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);

/** What an envelope of the Notary Project says. */
export function notationLines({ envelope, timestamp }: InspectedSignature): Line[] {
  const { mediaType, algorithm, scheme, signedAt, expiresAt, subject, certificates, signatureValid, signingAgent } = envelope;
  const [leaf] = certificates;
  return [
    `    ${mediaType}, ${algorithm}, ${scheme}`,
    `    about ${subject.digest}`,
    ...(leaf ? [`    by ${leaf.subject}, certificate ${leaf.thumbprint}`] : []),
    `    at ${shownTime(signedAt)}, ${expiresAt === undefined ? 'without an end' : `until ${shownTime(expiresAt)}`}`,
    ...(signingAgent === undefined ? [] : [`    with ${signingAgent}`]),
    ...annotationLines(subject.annotations),
    ...timestampLines(timestamp),
    ...(signatureValid
      ? []
      : [{ text: '    the signature does not belong to these bytes and this certificate', tone: 'bad' } as const]),
  ];
}

/** What cosign has stored. */
export function cosignLines({ digests, dockerReference, predicateType, annotations, timestamp }: CosignContents): Line[] {
  return [
    ...digests.map((digest) => `    about ${digest}`),
    ...(dockerReference === undefined ? [] : [`    of ${dockerReference}`]),
    ...(predicateType === undefined ? [] : [`    ${predicateType}`]),
    ...annotationLines(annotations),
    ...timestampLines(timestamp),
  ];
}
