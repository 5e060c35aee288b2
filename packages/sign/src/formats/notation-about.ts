import {
  canonicalJson,
  type Descriptor,
  type JsonValue,
  type Prepared,
  parseJson,
  SignError,
  type SigningFacts,
  sanitizeText,
} from '@securosys/core';
import type { RequestIdentity } from '../requests/request-identity.js';

/** The subject of a Notary signature, when its bytes say that subject, that validity, those annotations and attributes, and no others. */
export function notationAbout({ parts }: Prepared<unknown>, identity: RequestIdentity): Descriptor | undefined {
  const [part, more] = parts;
  const subject = part?.facts.subject;
  if (!part || more || !subject || !isAbout(part.facts, subject, identity)) return undefined;
  const { mediaType, digest, size } = subject;
  return { mediaType, digest, size };
}

function isAbout({ signedAt, expiresAt, details = {} }: SigningFacts, subject: Descriptor, identity: RequestIdentity): boolean {
  if (signedAt === undefined) return false;
  const seconds = expiresAt === undefined ? undefined : (Date.parse(expiresAt) - Date.parse(signedAt)) / 1000;
  const { blob } = identity;
  return (
    identity.reference.endsWith(`@${subject.digest}`) &&
    (blob === undefined || (blob.mediaType === subject.mediaType && blob.size === subject.size)) &&
    seconds === identity.expirySeconds &&
    details.scheme === 'notary.x509' &&
    canonicalJson({ ...subject.annotations }) === canonicalJson({ ...identity.annotations }) &&
    shownAttributes(details) === expectedAttributes(identity)
  );
}

const attributeName = /^(?:critical )?attribute /;

/** Every attribute that the bytes have, in one text. */
function shownAttributes(details: Readonly<Record<string, string>>): string {
  return canonicalJson(
    Object.fromEntries(
      Object.entries(details)
        .filter(([name]) => attributeName.test(name))
        .map(readAttribute),
    ),
  );
}

function readAttribute([name, text]: [string, string]): [string, JsonValue] {
  try {
    return [name, parseJson(text)];
  } catch (error) {
    // Made safe to show, it is no JSON any more.
    if (SignError.is(error)) return [name, { shown: text }];
    throw error;
  }
}

function expectedAttributes({ attributes = [] }: RequestIdentity): string {
  const named = attributes.map(({ name, value, critical }): [string, JsonValue] => {
    return [`${critical === true ? 'critical ' : ''}attribute ${sanitizeText(name, Number.POSITIVE_INFINITY)}`, value];
  });
  return canonicalJson(Object.fromEntries(named));
}
