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

/** The facts in the order in which people should read them. Names and texts are made safe to show (S11). */
export function factsOf({ attributes, subject }: SigningInputContents): SigningFacts {
  const details: Record<string, string> = { algorithm: attributes.algorithm, scheme: attributes.scheme };
  for (const [name, text] of Object.entries(subject.annotations ?? {}))
    details[`annotation ${sanitizeText(name)}`] = sanitizeText(text);
  for (const [name, value] of attributes.extended) {
    const critical = attributes.criticalExtended.includes(name) ? 'critical attribute' : 'attribute';
    details[`${critical} ${sanitizeText(name)}`] = sanitizeText(JSON.stringify(value));
  }
  return {
    format: jwsFormatId,
    title: `Notary signature of ${subject.digest} (${subject.mediaType}, ${subject.size} bytes)`,
    subject,
    signedAt: isoSeconds(attributes.signingTime),
    ...(attributes.expiry !== undefined && { expiresAt: isoSeconds(attributes.expiry) }),
    details,
  };
}
