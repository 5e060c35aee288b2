import {
  type Claims,
  canonicalJson,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  SignError,
  sha256Hex,
  utf8Bytes,
} from '@securosys/core';
import { type ImageFormatId, isImageFormat } from './image-formats.js';

/** What a signing request is about, whatever time it is signed at. Its hash is the request's id. */
export interface RequestIdentity {
  /** `repository@digest`. */
  readonly reference: string;
  /** The tag that the caller named, to notice when it moves while people decide. */
  readonly tag?: string;
  readonly format: ImageFormatId;
  readonly backend: string;
  readonly keyLabel?: string;
  /** SubjectPublicKeyInfo of the key, DER in base64: resuming needs no right to read attributes. */
  readonly spki: string;
  readonly expirySeconds?: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What the store holds of a request until its artifact is attached. No secrets, no signatures. */
export interface RequestRecord {
  readonly identity: RequestIdentity;
  /** Told to approvers, marked as claims. */
  readonly claims: Claims;
  /** Tells this request from a later one about the same thing. */
  readonly nonce: string;
  readonly prepared: JsonObject;
}

/**
 * Id of a signing request: SHA-256 over what is to be signed, how and with which key, 64 hex characters. Asking for the same
 * thing again finds the same request, and a record that was altered no longer fits the id its caller holds (S30).
 */
export function requestId(identity: RequestIdentity): string {
  return sha256Hex(utf8Bytes(canonicalJson(identity)));
}

/** Key of the record in a pending store. */
export function recordKey(id: string): string {
  return `request-${id}`;
}

export function writeRecord({ identity, claims, nonce, prepared }: RequestRecord): JsonObject {
  return { version: 1, kind: 'signing-request', identity: { ...identity } as JsonObject, claims: { ...claims }, nonce, prepared };
}

/**
 * Reads a record that anybody may have altered: types are checked, and the identity must hash to `id`.
 * @throws SignError `ERR_MALFORMED`
 */
export function readRecord(json: JsonObject, id: string): RequestRecord {
  const { version, kind, identity, claims, nonce, prepared } = json;
  if (
    version !== 1 ||
    kind !== 'signing-request' ||
    !isJsonObject(identity) ||
    !isJsonObject(prepared) ||
    typeof nonce !== 'string' ||
    !isTexts(claims)
  )
    throw new SignError('ERR_MALFORMED', `the store holds no signing request under ${id}`);
  const read = readIdentity(identity);
  if (!read || requestId(read) !== id)
    throw new SignError('ERR_MALFORMED', `the stored signing request ${id} is about something else: it was altered`);
  return { identity: read, claims, nonce, prepared };
}

function isTexts(value: JsonValue | undefined): value is Record<string, string> {
  return isJsonObject(value) && Object.values(value).every((member) => typeof member === 'string');
}

const members = ['reference', 'tag', 'format', 'backend', 'keyLabel', 'spki', 'expirySeconds', 'annotations'];
const isText = (value: JsonValue | undefined): value is string => typeof value === 'string';

function readIdentity(json: JsonObject): RequestIdentity | undefined {
  const { reference, tag, format, backend, keyLabel, spki, expirySeconds, annotations } = json;
  if (Object.keys(json).some((name) => !members.includes(name))) return undefined;
  if (!isText(reference) || !isText(format) || !isImageFormat(format) || !isText(backend) || !isText(spki)) return undefined;
  if ((tag !== undefined && !isText(tag)) || (keyLabel !== undefined && !isText(keyLabel))) return undefined;
  if (expirySeconds !== undefined && typeof expirySeconds !== 'number') return undefined;
  if (annotations !== undefined && !isTexts(annotations)) return undefined;
  return {
    reference,
    ...(tag !== undefined && { tag }),
    format,
    backend,
    ...(keyLabel !== undefined && { keyLabel }),
    spki,
    ...(expirySeconds !== undefined && { expirySeconds }),
    ...(annotations && { annotations }),
  };
}
