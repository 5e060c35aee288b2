import { ownBytes, SignError } from '@securosys/core';
import { coseLabel, maxChainLength, maxEnvelopeBytes, unsignedAttribute } from '../constants.js';
import { refuse } from '../refusal.js';
import { decodeCbor, encodeCbor } from './cose-cbor.js';
import { coseHeaderMembers, headerMembers } from './cose-header.js';
import { checkCommonLabels } from './cose-labels.js';
import type { SignedParts } from './envelope-codec.js';
import type { EnvelopeCompatibility } from './envelope-options.js';
import type { EnvelopeParts } from './envelope-parts.js';
import type { HeaderMembers } from './protected-header.js';

/** Tag 18 (COSE_Sign1) in its shortest form, and the head of an array of four. */
const sign1Tag = 0xd2;
const arrayOfFour = 0x84;
/** RFC 9052 §4.4: what says that a Sig_structure is one of COSE_Sign1. */
const context = 'Signature1';
const noBytes = new Uint8Array(0);

function bytesOf(value: unknown, what: string): Uint8Array {
  if (!(value instanceof Uint8Array) || value.byteLength === 0)
    return refuse('malformed', `${what} is not a byte string with contents`);
  return value;
}

function chainOf(unprotected: HeaderMembers): Uint8Array[] {
  const list = unprotected.get(coseLabel.certificates);
  if (!Array.isArray(list) || list.length === 0) return refuse('malformed', 'envelope carries no list of certificates');
  if (list.length > maxChainLength) refuse('malformed', `envelope carries over ${maxChainLength} certificates`);
  return list.map((item) => bytesOf(item, 'certificate'));
}

/** RFC 9052 §3: a label stands in one of the two headers, and what is critical is protected. */
function checkLabels(unprotected: HeaderMembers, header: HeaderMembers): void {
  if (unprotected.has(coseLabel.critical)) refuse('critical', 'crit stands in the unprotected header');
  for (const label of unprotected.keys()) if (header.has(label)) refuse('malformed', 'a label stands in both headers');
  checkCommonLabels(unprotected);
}

/** The Sig_structure of RFC 9052 §4.4, without external data. */
export function sigStructure(parts: SignedParts): Uint8Array<ArrayBuffer> {
  return encodeCbor([context, parts.protected, noBytes, parts.payload]);
}

/**
 * Takes a Sig_structure apart.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function splitSigStructure(bytes: Uint8Array): SignedParts {
  const what = 'Sig_structure';
  const value = decodeCbor(bytes, { what, maxBytes: maxEnvelopeBytes, maxDepth: 2, maxItems: 5 });
  if (!Array.isArray(value) || value.length !== 4 || value[0] !== context)
    return refuse('malformed', 'it is not the Sig_structure of a COSE_Sign1');
  const [, header, external, payload] = value as unknown[];
  if (!(external instanceof Uint8Array) || external.byteLength > 0)
    return refuse('malformed', 'the Sig_structure has external data');
  return { protected: bytesOf(header, 'protected header'), payload: bytesOf(payload, 'payload') };
}

/**
 * Takes a COSE_Sign1 envelope apart, and reads the members of its protected header, which tell which labels may stand in the other.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function parseCose(
  bytes: Uint8Array,
  compatibility: EnvelopeCompatibility = {},
): { readonly parts: EnvelopeParts; readonly header: HeaderMembers } {
  if (bytes.byteLength > maxEnvelopeBytes) throw new SignError('ERR_LIMIT', `envelope is over ${maxEnvelopeBytes} bytes`);
  if (bytes[0] !== sign1Tag || bytes[1] !== arrayOfFour)
    refuse('malformed', 'envelope is not a tagged COSE_Sign1 of four members');
  const { unsortedMaps = false } = compatibility;
  const limits = { what: 'envelope', maxBytes: maxEnvelopeBytes, maxDepth: 8, maxItems: 1_000, unsortedMaps };
  const [head, unprotectedMap, body, mark] = decodeCbor(bytes.subarray(1), limits) as unknown[];
  const unprotected = headerMembers(unprotectedMap, 'unprotected header');
  const signed = { protected: bytesOf(head, 'protected header'), payload: bytesOf(body, 'payload') };
  const header = coseHeaderMembers(signed.protected, compatibility);
  checkLabels(unprotected, header);
  const timestamp = unprotected.get(unsignedAttribute.timestamp);
  const agent = unprotected.get(unsignedAttribute.signingAgent);
  if (agent !== undefined && typeof agent !== 'string') return refuse('malformed', 'envelope: signing agent is not a text');
  const parts = {
    ...signed,
    signingInput: sigStructure(signed),
    signature: bytesOf(mark, 'signature'),
    certificates: chainOf(unprotected),
    ...(timestamp !== undefined && { timestamp: bytesOf(timestamp, 'timestamp') }),
    ...(agent !== undefined && { signingAgent: agent }),
  };
  return { parts, header };
}

/**
 * Takes a COSE_Sign1 envelope apart (`notation.md` §6, §6.1): tag 18, deterministic CBOR, no other tag outside the protected header,
 * certificates as a list in the unprotected header. Unprotected labels that are not known are ignored, because nothing depends on them.
 * @param bytes at most 4 MiB
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function parseCoseEnvelope(bytes: Uint8Array): EnvelopeParts {
  const { parts } = parseCose(bytes);
  return { ...parts, certificates: parts.certificates.map((der) => ownBytes(der)) };
}
