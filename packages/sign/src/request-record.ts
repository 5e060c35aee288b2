import {
  type Claims,
  canonicalJson,
  type Descriptor,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  SignError,
  sha256Hex,
  utf8Bytes,
} from '@securosys/core';
import type { ExtendedAttribute } from '@securosys/notation-envelope';
import { type ImageFormatId, isImageFormat } from './image-formats.js';

/** A blob that a signing request is about. */
export interface BlobIdentity {
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
  /** Name of its file, for the name of the signature's. */
  readonly name?: string;
}

/** What a signing request is about, whatever time it is signed at. Its hash is the request's id. */
export interface RequestIdentity {
  /** `repository@digest`, or `blob@digest`. */
  readonly reference: string;
  /** Present for blobs only, and then nothing about tags, indexes and manifests is. */
  readonly blob?: BlobIdentity;
  /** The tag that the caller named, to notice when it moves while people decide. */
  readonly tag?: string;
  /** Digest of the index that lists the subject, and that the tag names. */
  readonly index?: string;
  /** As the index says. */
  readonly platform?: string;
  readonly format: ImageFormatId;
  readonly backend: string;
  readonly keyLabel?: string;
  /** SubjectPublicKeyInfo of the key, DER in base64: resuming needs no right to read attributes. */
  readonly spki: string;
  readonly expirySeconds?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Extended attributes, as the caller gave them. */
  readonly attributes?: readonly ExtendedAttribute[];
  /** The unsigned signing agent, where the caller named one. */
  readonly signingAgent?: string;
  /** Generation of the signature's manifest, where the caller named one. */
  readonly style?: 'artifact-type' | 'config';
  /** The signature gets a timestamp. */
  readonly timestamped?: true;
}

/** What the store holds of a request until its artifact is attached. No secrets, no signatures. */
export interface RequestRecord {
  readonly identity: RequestIdentity;
  /** Told to approvers, marked as claims. */
  readonly claims: Claims;
  /** Tells this request from a later one about the same thing. */
  readonly nonce: string;
  readonly prepared: JsonObject;
  /** Where the signature was attached while others of the same call were not yet. */
  readonly attached?: Descriptor;
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

export function writeRecord({ identity, claims, nonce, prepared, attached }: RequestRecord): JsonObject {
  return {
    version: 1,
    kind: 'signing-request',
    identity: { ...identity } as unknown as JsonObject,
    claims: { ...claims },
    nonce,
    prepared,
    ...(attached && { attached: { ...attached } as unknown as JsonObject }),
  };
}

/**
 * Reads a record that anybody may have altered: types are checked, and the identity must hash to `id`.
 * @throws SignError `ERR_MALFORMED`
 */
export function readRecord(json: JsonObject, id: string): RequestRecord {
  const { version, kind, identity, claims, nonce, prepared, attached } = json;
  if (
    version !== 1 ||
    kind !== 'signing-request' ||
    !isJsonObject(identity) ||
    !isJsonObject(prepared) ||
    typeof nonce !== 'string' ||
    !isTexts(claims) ||
    !(attached === undefined || isDescriptor(attached))
  )
    throw new SignError('ERR_MALFORMED', `the store holds no signing request under ${id}`);
  const read = readIdentity(identity);
  if (!read || requestId(read) !== id)
    throw new SignError('ERR_MALFORMED', `the stored signing request ${id} is about something else: it was altered`);
  return { identity: read, claims, nonce, prepared, ...(attached && { attached }) };
}

function isTexts(value: JsonValue | undefined): value is Record<string, string> {
  return isJsonObject(value) && Object.values(value).every((member) => typeof member === 'string');
}

function isDescriptor(value: JsonValue): value is JsonObject & Descriptor {
  if (!isJsonObject(value) || !isText(value.mediaType) || !isText(value.digest)) return false;
  return Number.isSafeInteger(value.size) && (value.size as number) >= 0;
}

function isBlob(value: JsonValue): boolean {
  if (!isJsonObject(value) || Object.keys(value).some((name) => !['mediaType', 'size', 'name'].includes(name))) return false;
  return isText(value.mediaType) && Number.isSafeInteger(value.size) && isTextOrAbsent(value.name);
}

function isAttribute(value: JsonValue): boolean {
  if (!isJsonObject(value) || Object.keys(value).some((name) => !['name', 'value', 'critical'].includes(name))) return false;
  return isText(value.name) && value.value !== undefined && (value.critical === undefined || typeof value.critical === 'boolean');
}

const isText = (value: JsonValue | undefined): value is string => typeof value === 'string';
const isTextOrAbsent = (value: JsonValue | undefined): boolean => value === undefined || isText(value);

/** Whether each member of an identity is of its type. A record type, so that none is forgotten here. */
const members: { readonly [name in keyof Required<RequestIdentity>]: (value: JsonValue | undefined) => boolean } = {
  reference: isText,
  blob: (value) => value === undefined || isBlob(value),
  tag: isTextOrAbsent,
  index: isTextOrAbsent,
  platform: isTextOrAbsent,
  format: (value) => isText(value) && isImageFormat(value),
  backend: isText,
  keyLabel: isTextOrAbsent,
  spki: isText,
  expirySeconds: (value) => value === undefined || typeof value === 'number',
  annotations: (value) => value === undefined || isTexts(value),
  attributes: (value) => value === undefined || (Array.isArray(value) && value.every(isAttribute)),
  signingAgent: isTextOrAbsent,
  style: (value) => value === undefined || value === 'artifact-type' || value === 'config',
  timestamped: (value) => value === undefined || value === true,
};

function readIdentity(json: JsonObject): RequestIdentity | undefined {
  const known = Object.keys(json).every((name) => Object.hasOwn(members, name));
  const typed = Object.entries(members).every(([name, fits]) => fits(json[name]));
  return known && typed ? ({ ...json } as unknown as RequestIdentity) : undefined;
}
