import { type Descriptor, isoSeconds, type SigningFacts, sanitizeText } from '@securosys/core';
import { payloadType } from '../constants.js';
import { attributeJson } from '../envelope/attribute-json.js';
import type { EnvelopeCodec } from '../envelope/envelope-codec.js';
import { parsePayload } from '../envelope/payload.js';
import type { SignedAttributes } from '../envelope/signed-attributes.js';

/** Everything that the bytes to be signed say. */
export interface SigningInputContents {
  readonly attributes: SignedAttributes;
  readonly subject: Descriptor;
}

/**
 * Reads the bytes that a Notary signature signs: `protected.payload`, or a Sig_structure.
 * @returns `undefined` for a payload that is not Notary's
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function readSigningInput(codec: EnvelopeCodec, signingInput: Uint8Array): SigningInputContents | undefined {
  const parts = codec.splitSigningInput(signingInput);
  const attributes = codec.parseHeader(parts.protected);
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
export function factsOf(format: string, { attributes, subject }: SigningInputContents): SigningFacts {
  const details = new Map<string, string>([
    ['algorithm', attributes.algorithm],
    ['scheme', attributes.scheme],
  ]);
  if (subject.artifactType !== undefined) addFact(details, 'artifact type', subject.artifactType);
  for (const [name, text] of Object.entries(subject.annotations ?? {})) addFact(details, `annotation ${name}`, text);
  for (const [name, value] of attributes.extended) {
    const critical = attributes.criticalExtended.includes(name) ? 'critical attribute' : 'attribute';
    // A label that is a number is not the text of its digits.
    const label = typeof name === 'number' ? `label ${name}` : name;
    addFact(details, `${critical} ${label}`, JSON.stringify(attributeJson(value)));
  }
  return {
    format,
    title: `Notary signature of ${subject.digest} (${shown(subject.mediaType)}, ${subject.size} bytes)`,
    subject,
    signedAt: isoSeconds(attributes.signingTime),
    ...(attributes.expiry !== undefined && { expiresAt: isoSeconds(attributes.expiry) }),
    details: Object.fromEntries(details),
  };
}
