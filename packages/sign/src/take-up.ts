import {
  base64Bytes,
  canonicalJson,
  type Descriptor,
  type JsonObject,
  type JsonValue,
  type Prepared,
  parseJson,
  SignError,
  type SigningFacts,
  sanitizeText,
  sha256Hex,
} from '@securosys/core';
import type { NotationSignature } from '@securosys/notation-envelope';
import { imageFormat } from './image-formats.js';
import { type RequestIdentity, type RequestRecord, readRecord } from './request-record.js';

/** A stored request that was found to be what its id stands for. */
export interface TakenUp {
  readonly record: RequestRecord;
  readonly prepared: Prepared<NotationSignature>;
  /** Media type, digest and size, from the bytes to be signed. */
  readonly subject: Descriptor;
}

/** How far the clocks of two machines that share a store may be apart, in milliseconds. */
const clockSkewMs = 300_000;

/**
 * Takes a stored request up, treating it as hostile (S30): its identity must hash to `id`, and the bytes to be signed must be about that very
 * image, validity and annotations, for that very key, and not of a later day, which would make the signature valid for longer than was asked.
 * Nothing else in the record is believed.
 * @param now milliseconds since 1970
 * @throws SignError `ERR_MALFORMED`
 */
export function takeUp(stored: JsonObject, id: string, now: number): TakenUp {
  const record = readRecord(stored, id);
  const { identity } = record;
  const prepared = imageFormat(identity.format).format.restore(record.prepared);
  const keyHash = sha256Hex(base64Bytes(identity.spki, 'public key'));
  for (const { facts, spkiSha256 } of prepared.parts)
    if (!isAbout(facts, identity) || spkiSha256 !== keyHash)
      throw new SignError(
        'ERR_MALFORMED',
        `the bytes stored for signing request ${id} are not about what it stands for: they were altered`,
      );
    else if (!(Date.parse(facts.signedAt ?? '') <= now + clockSkewMs))
      throw new SignError(
        'ERR_MALFORMED',
        `the signing time stored for signing request ${id} is in the future: it was altered, or a clock is wrong`,
      );
  const subject = prepared.parts[0]?.facts.subject;
  if (!subject) throw new SignError('ERR_MALFORMED', `the stored signing request ${id} signs nothing`);
  const { mediaType, digest, size } = subject;
  return { record, prepared, subject: { mediaType, digest, size } };
}

/** Whether the bytes say what an identity stands for: that subject, that validity, those annotations and attributes, and no others. */
export function isAbout({ subject, signedAt = '', expiresAt, details = {} }: SigningFacts, identity: RequestIdentity): boolean {
  const seconds = expiresAt === undefined ? undefined : (Date.parse(expiresAt) - Date.parse(signedAt)) / 1000;
  const { blob } = identity;
  return (
    subject !== undefined &&
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
