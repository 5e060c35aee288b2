import { base64Bytes, base64urlBytes, isJsonObject, type JsonObject, ownBytes, parseJsonObject } from '@securosys/core';
import { maxChainLength, maxEnvelopeBytes, unsignedAttribute } from '../constants.js';
import { refuse } from '../refusal.js';
import type { SignedParts } from './envelope-codec.js';
import type { EnvelopeParts } from './envelope-parts.js';
import { caseVariantCheck, foldName } from './json-members.js';

const members = ['payload', 'protected', 'header', 'signature'] as const;
const { certificates, timestamp, signingAgent } = unsignedAttribute;
// Old signers write `…SigningAgent`, also in the project's own vectors; it decides nothing, so its case is not held against them.
const checkUnprotected = caseVariantCheck('unprotected header', [certificates, timestamp]);
const foldedAgent = foldName(signingAgent);

function text(object: JsonObject, name: string): string {
  const value = object[name];
  if (typeof value !== 'string' || value === '') return refuse('malformed', `envelope: ${name} is not a string with contents`);
  return value;
}

function chain(header: JsonObject): string[] {
  const list = header[certificates];
  if (!Array.isArray(list) || list.length === 0) return refuse('malformed', 'envelope carries no certificates');
  if (list.length > maxChainLength) refuse('malformed', `envelope carries over ${maxChainLength} certificates`);
  return list.map((item) => (typeof item === 'string' ? item : refuse('malformed', 'x5c holds no string')));
}

/** In memory that others share: for reading, never for giving out. */
const latin1Bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/**
 * Takes a flattened JWS JSON envelope apart and leaves the certificates in base64: one that is known need not be decoded.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function parseJws(bytes: Uint8Array): Omit<EnvelopeParts, 'certificates'> & { readonly certificates: readonly string[] } {
  const envelope = parseJsonObject(bytes, { what: 'envelope', maxBytes: maxEnvelopeBytes, maxDepth: 8, maxValues: 1_000 });
  for (const name in envelope)
    if (!(members as readonly string[]).includes(name))
      refuse('malformed', 'envelope has a member beside payload, protected, header, signature');
  const { header } = envelope;
  if (!isJsonObject(header)) return refuse('malformed', 'envelope: header is not an object');
  checkUnprotected(header);
  const encoded = { protected: text(envelope, 'protected'), payload: text(envelope, 'payload') };
  for (const name in header)
    if (typeof header[name] !== 'string' && name !== certificates && foldName(name) === foldedAgent)
      refuse('malformed', 'envelope: signing agent is not a string');
  const agent = header[signingAgent] as string | undefined;
  return {
    protected: base64urlBytes(encoded.protected, 'protected'),
    payload: base64urlBytes(encoded.payload, 'payload'),
    signingInput: latin1Bytes(`${encoded.protected}.${encoded.payload}`),
    signature: base64urlBytes(text(envelope, 'signature'), 'signature'),
    certificates: chain(header),
    ...(timestamp in header && { timestamp: base64Bytes(text(header, timestamp), timestamp) }),
    ...(agent !== undefined && { signingAgent: agent }),
  };
}

/**
 * Takes a flattened JWS JSON envelope apart (`notation.md` §5): exactly four members, canonical encodings only.
 * Unprotected members that are not known are ignored, because nothing depends on them.
 * @param bytes UTF-8 JSON, at most 4 MiB
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function parseJwsEnvelope(bytes: Uint8Array): EnvelopeParts {
  const { certificates: texts, ...parts } = parseJws(bytes);
  const der = texts.map((item) => base64Bytes(item, certificates));
  return { ...parts, signingInput: ownBytes(parts.signingInput), certificates: der };
}

/**
 * Splits the bytes that a JWS signs: `protected.payload`, both base64url.
 * @throws SignError `ERR_MALFORMED`
 */
export function splitJwsInput(signingInput: string): SignedParts {
  const [head, body, more] = signingInput.split('.', 3);
  if (!head || !body || more !== undefined) return refuse('malformed', 'signing input is not two base64url strings and a dot');
  return { protected: base64urlBytes(head, 'protected'), payload: base64urlBytes(body, 'payload') };
}
