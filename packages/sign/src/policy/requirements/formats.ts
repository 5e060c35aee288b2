import { sanitizeText } from '@securosys/core';
import { nearest } from '../nearest.js';
import { type Requirement, satisfied, unknown, unsatisfied } from '../requirement.js';
import { oneOf, textList } from './lists.js';

/** What bytes can be recognised as; `opaque` is a blob that is of no known format. */
export const knownFormats = [
  ...['notation-jws', 'notation-cose', 'cosign', 'cosign-attestation', 'opaque'],
  ...['x509-certificate', 'x509-request', 'x509-crl', 'ocsp-response'],
] as const;

/** Formats of others have a name with a dot or a slash in it, so that a misspelt one of ours is not taken for theirs. */
export const foreignFormat = /^[a-z0-9]+(?:[._/-][a-z0-9]+)*$/;

function formatFault(text: string): string | undefined {
  if ((knownFormats as readonly string[]).includes(text)) return undefined;
  if (text.length <= 128 && /[./]/.test(text) && foreignFormat.test(text)) return undefined;
  const meant = nearest(text, knownFormats);
  const known = meant === undefined ? `known are ${knownFormats.join(', ')}` : `did you mean '${meant}'?`;
  return `is no format; ${known}`;
}

/** In which formats. */
export const formats: Requirement<readonly string[]> = {
  name: 'formats',
  condition: true,
  read: (place) => textList(place, formatFault),
  judge(allowed, { format }) {
    if (format === undefined) return unknown(`it is not known in which format the bytes are; allowed is ${oneOf(allowed)}`);
    if (allowed.includes(format)) return satisfied;
    return unsatisfied(`the format is ${sanitizeText(format, 128)}; allowed is ${oneOf(allowed)}`);
  },
  explain: (allowed) => `the format is ${oneOf(allowed)}`,
};
