import { type Descriptor, invalidArgument, isJsonObject, type JsonObject, parseJsonObject, sanitizeText } from '@securosys/core';
import { maxPayloadBytes, reservedPrefix } from '../constants.js';
import { refuse } from '../refusal.js';
import { caseVariantCheck, goJson, goJsonInOrder } from './json-members.js';
import { isTextRecord } from './text-record.js';

const digestForm = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;
const mediaTypeForm = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/;
/** A media type without parameters (RFC 6838 §4.2). */
export function isMediaType(text: unknown): text is string {
  return typeof text === 'string' && mediaTypeForm.test(text);
}

const checkTargetMembers = caseVariantCheck('targetArtifact', ['mediaType', 'digest', 'size', 'annotations', 'artifactType']);

function annotationsOf(value: JsonObject[string] | undefined): Record<string, string> | undefined {
  if (value === undefined) return undefined;
  if (!isJsonObject(value)) return refuse('malformed', 'payload: annotations is not an object');
  const out: Record<string, string> = Object.create(null);
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') refuse('malformed', `payload: annotation '${sanitizeText(name, 60)}' is not a string`);
    out[name] = text;
  }
  return out;
}

/**
 * What a payload says is signed (`notation.md` §2): the descriptor in `targetArtifact`. Members of the descriptor that are
 * not known are ignored as OCI demands; beside `targetArtifact` there may be none.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function parsePayload(bytes: Uint8Array): Descriptor {
  const payload = parseJsonObject(bytes, { what: 'payload', maxBytes: maxPayloadBytes, plainIntegers: true });
  const target = payload.targetArtifact;
  if (!isJsonObject(target) || Object.keys(payload).length !== 1)
    return refuse('malformed', 'payload is not an object with a targetArtifact and nothing else');
  checkTargetMembers(target);
  const { mediaType, digest, size, artifactType } = target;
  const annotations = annotationsOf(target.annotations);
  if (!isMediaType(mediaType)) return refuse('malformed', 'targetArtifact has no mediaType');
  if (typeof digest !== 'string' || !digestForm.test(digest)) return refuse('malformed', 'targetArtifact has no digest');
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    return refuse('malformed', 'targetArtifact has no size');
  if (artifactType !== undefined && typeof artifactType !== 'string') return refuse('malformed', 'artifactType is not a string');
  return { mediaType, digest, size, ...(artifactType !== undefined && { artifactType }), ...(annotations && { annotations }) };
}

/**
 * Payload bytes for a descriptor and the signer's own annotations: media type, digest, size and annotations only, in the order in
 * which Go writes them for the envelope (`notation.md` §2); and the descriptor as a reader of those bytes finds it.
 * @throws SignError `ERR_INVALID_ARGUMENT` for annotations that are no texts, a reserved one, or one that the descriptor already has;
 * `ERR_LIMIT` when there are so many that no verifier of ours would read them
 */
export function encodePayload(
  subject: Descriptor,
  userMetadata: Readonly<Record<string, string>> = {},
  order: 'sorted' | 'descriptor' = 'sorted',
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly subject: Descriptor } {
  if (typeof subject !== 'object' || subject === null) invalidArgument('there is no descriptor to be signed');
  const { mediaType, digest, size } = subject;
  if (!isTextRecord(subject.annotations ?? {})) invalidArgument('annotations of the descriptor are not an object of texts');
  if (!isTextRecord(userMetadata)) invalidArgument('annotations is not an object of texts');
  const annotations = new Map(Object.entries(subject.annotations ?? {}));
  for (const [name, text] of Object.entries(userMetadata)) {
    if (annotations.has(name)) invalidArgument(`annotation '${sanitizeText(name, 60)}' is already on the descriptor`);
    annotations.set(name, text);
  }
  for (const name of annotations.keys())
    if (name.toLowerCase().startsWith(reservedPrefix)) invalidArgument(`annotations beginning '${reservedPrefix}' are reserved`);
  const sorted = [...annotations].sort(([a], [b]) => (a < b ? -1 : 1));
  const target = { mediaType, digest, size, ...(sorted.length > 0 && { annotations: Object.fromEntries(sorted) }) };
  const bytes = (order === 'sorted' ? goJson : goJsonInOrder)({ targetArtifact: target });
  return { bytes, subject: parsePayload(bytes) };
}
