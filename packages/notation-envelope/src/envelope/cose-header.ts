import { ownBytes } from '@securosys/core';
import { attribute, coseLabel, maxHeaderBytes, payloadType } from '../constants.js';
import { refuse } from '../refusal.js';
import { decodeCbor, encodeCbor, epochSeconds, epochTime } from './cose-cbor.js';
import { checkCommonLabels, refuseCountersignatures } from './cose-labels.js';
import type { EnvelopeCompatibility } from './envelope-options.js';
import { algorithmName } from './notary-algorithms.js';
import { type HeaderDialect, type HeaderMembers, readAttributes } from './protected-header.js';
import type { AttributeName, AttributeValue, SignedAttributes } from './signed-attributes.js';
import { lastSecond } from './times.js';

/** Only tag 1 around a whole number of seconds from 1970 on is a time (`notation.md` §6, §20.3 #20). */
function timeOf(value: unknown, what: string): number {
  const seconds = epochSeconds(value);
  if (seconds === undefined || !Number.isSafeInteger(seconds) || seconds < 0 || seconds * 1000 > lastSecond)
    return refuse('malformed', `${what} is not a whole number of seconds since 1970 under tag 1`);
  return seconds * 1000;
}

/** What Notation's reader holds at most. */
const largestInteger = 2n ** 63n - 1n;

/** A decoded value as an attribute has it: maps whose keys are all texts become objects, as JSON has them. */
function attributeValue(value: unknown, what: string): AttributeValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint' && value > largestInteger) return refuse('malformed', `attribute '${what}' is over 2^63 − 1`);
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (value instanceof Uint8Array) return ownBytes(value);
  if (Array.isArray(value)) return value.map((item) => attributeValue(item, what));
  if (!(value instanceof Map)) return refuse('malformed', `attribute '${what}' holds a tag`);
  const entries = [...value].map(([name, item]) => [name as AttributeValue, attributeValue(item, what)] as const);
  if (entries.some(([name]) => typeof name !== 'string')) return new Map(entries);
  const object: Record<string, AttributeValue> = Object.create(null);
  for (const [name, item] of entries) object[name as string] = item;
  return object;
}

const dialect: HeaderDialect = { naming: 'cose', labels: coseLabel, time: timeOf, value: attributeValue };

/**
 * A header map by its labels, which are texts or integers.
 * @throws SignError `ERR_MALFORMED`
 */
export function headerMembers(value: unknown, what: string): HeaderMembers {
  if (!(value instanceof Map)) return refuse('malformed', `${what} is not a map`);
  for (const label of value.keys())
    if (typeof label !== 'string' && typeof label !== 'number') refuse('malformed', `${what} has a label of 64 bits`);
  return value;
}

/** Members of a protected header, whichever they are. */
export function coseHeaderMembers(bytes: Uint8Array, compatibility: EnvelopeCompatibility = {}): HeaderMembers {
  const what = 'protected header';
  const { unsortedMaps = false } = compatibility;
  const limits = { what, maxBytes: maxHeaderBytes, maxItems: 2_000, tags: [1], unsortedMaps };
  const header = headerMembers(decodeCbor(bytes, limits), what);
  checkCommonLabels(header);
  refuseCountersignatures(header);
  return header;
}

/**
 * Reads a COSE protected header (`notation.md` §6).
 * @param bytes deterministic CBOR, at most 64 KiB
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`; `details.reason` says which rule
 */
export function parseCoseHeader(bytes: Uint8Array, compatibility?: EnvelopeCompatibility): SignedAttributes {
  return coseAttributes(coseHeaderMembers(bytes, compatibility));
}

/** What the members of a protected header say. @throws SignError `ERR_MALFORMED` */
export function coseAttributes(header: HeaderMembers): SignedAttributes {
  return readAttributes(header, dialect);
}

/** Protected header as Go writes it: deterministic order, `crit` in the order of `notation.md` §6, times under tag 1. */
export function encodeCoseHeader(attributes: Omit<SignedAttributes, 'contentType'>): Uint8Array<ArrayBuffer> {
  const { scheme, expiry, criticalExtended } = attributes;
  const isAuthority = scheme === 'notary.x509.signingAuthority';
  const header = new Map<AttributeName, unknown>(attributes.extended);
  header.set(coseLabel.algorithm, algorithmName(attributes.algorithm, 'cose'));
  header.set(coseLabel.critical, [
    attribute.signingScheme,
    ...(isAuthority ? [attribute.authenticSigningTime] : []),
    ...(expiry === undefined ? [] : [attribute.expiry]),
    ...criticalExtended,
  ]);
  header.set(coseLabel.contentType, payloadType);
  header.set(attribute.signingScheme, scheme);
  header.set(isAuthority ? attribute.authenticSigningTime : attribute.signingTime, epochTime(attributes.signingTime));
  if (expiry !== undefined) header.set(attribute.expiry, epochTime(expiry));
  return encodeCbor(header);
}
