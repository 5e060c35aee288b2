import { type Descriptor, isoSeconds, type SigningFacts, sanitizeText } from '@securosys/core';
import { payloadType } from './constants.js';
import { splitSigningInput } from './jws-envelope.js';
import { parsePayload } from './payload.js';
import { parseProtectedHeader } from './protected-header.js';
import type { SignedAttributes } from './signed-attributes.js';

export const jwsFormatId = 'notation-jws';

/** Everything that the bytes to be signed say. */
export interface SigningInputContents {
  readonly attributes: SignedAttributes;
  readonly subject: Descriptor;
}

/**
 * Reads `protected.payload` of a Notary signature.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function readSigningInput(signingInput: string): SigningInputContents | undefined {
  const parts = splitSigningInput(signingInput);
  const attributes = parseProtectedHeader(parts.protected);
  return attributes.contentType === payloadType ? { attributes, subject: parsePayload(parts.payload) } : undefined;
}

/** Shown whole: the reader of the bytes has bounded them, and what is cut off here no approver could ever see. */
const shown = (text: string): string => sanitizeText(text, Number.POSITIVE_INFINITY);

/** Adds a fact. Names that escaping makes equal are told apart by a number, so that no fact hides another. */
function addFact(details: Map<string, string>, name: string, text: string): void {
  let free = shown(name);
  for (let count = 2; details.has(free); count++) free = `${shown(name)} (${count})`;
  details.set(free, shown(text));
}

/**
 * The facts in the order in which people should read them: every signed annotation and attribute, whole. Names and texts of
 * `details` and `title` are made safe to show (S11); `subject` is for programs and holds them as they were signed.
 */
export function factsOf({ attributes, subject }: SigningInputContents): SigningFacts {
  const details = new Map<string, string>([
    ['algorithm', attributes.algorithm],
    ['scheme', attributes.scheme],
  ]);
  if (subject.artifactType !== undefined) addFact(details, 'artifact type', subject.artifactType);
  for (const [name, text] of Object.entries(subject.annotations ?? {})) addFact(details, `annotation ${name}`, text);
  for (const [name, value] of attributes.extended) {
    const critical = attributes.criticalExtended.includes(name) ? 'critical attribute' : 'attribute';
    addFact(details, `${critical} ${name}`, JSON.stringify(value));
  }
  return {
    format: jwsFormatId,
    title: `Notary signature of ${subject.digest} (${shown(subject.mediaType)}, ${subject.size} bytes)`,
    subject,
    signedAt: isoSeconds(attributes.signingTime),
    ...(attributes.expiry !== undefined && { expiresAt: isoSeconds(attributes.expiry) }),
    details: Object.fromEntries(details),
  };
}
