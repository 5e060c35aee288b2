import { type Claims, type Descriptor, isJsonObject, type JsonObject, type JsonValue, SignError } from '@securosys/core';
import type { FormatIdentity } from '../formats/format-identity.js';
import { hasOnly, isDescriptor, isText, isTexts, type MemberCheck, optional } from '../formats/members.js';
import type { FormatTable } from '../image-formats.js';
import { type RequestIdentity, requestId } from './request-identity.js';

/** What the store holds of a request until its artifact is attached. No secrets, no signatures. */
export interface RequestRecord {
  readonly identity: RequestIdentity;
  /** Told to approvers, marked as claims. */
  readonly claims: Claims;
  /** Tells this request from a later one about the same thing. */
  readonly nonce: string;
  readonly prepared: JsonObject;
  /** Where the signature was attached while others of the same call were not yet. */
  readonly attached?: readonly Descriptor[];
  /** Why it came to nothing, while others of the same request were not done yet. */
  readonly ended?: RequestEnding;
}

/** How a request came to nothing. */
export interface RequestEnding {
  /** Of the error that said so. */
  readonly code: string;
  /** One sentence. */
  readonly reason: string;
}

/** Key of the record in a pending store. */
export function recordKey(id: string): string {
  return `request-${id}`;
}

export function writeRecord({ identity, claims, nonce, prepared, attached, ended }: RequestRecord): JsonObject {
  return {
    version: 1,
    kind: 'signing-request',
    identity: { ...identity } as unknown as JsonObject,
    claims: { ...claims },
    nonce,
    prepared,
    ...(attached && { attached: attached.map((one) => ({ ...one })) as unknown as JsonValue[] }),
    ...(ended && { ended: { ...ended } }),
  };
}

/**
 * Reads a record that anybody may have altered: types are checked, and the identity must hash to `id`.
 * @throws SignError `ERR_MALFORMED`
 */
export function readRecord(json: JsonObject, id: string, formats: FormatTable): RequestRecord {
  const { version, kind, identity, claims, nonce, prepared, attached, ended } = json;
  if (
    version !== 1 ||
    kind !== 'signing-request' ||
    !isJsonObject(identity) ||
    !isJsonObject(prepared) ||
    typeof nonce !== 'string' ||
    !isTexts(claims) ||
    !(attached === undefined || (Array.isArray(attached) && attached.every(isDescriptor))) ||
    !(ended === undefined || isEnding(ended))
  )
    throw new SignError('ERR_MALFORMED', `the store holds no signing request under ${id}`);
  const read = readIdentity(identity, formats);
  if (!read || requestId(read) !== id)
    throw new SignError('ERR_MALFORMED', `the stored signing request ${id} is about something else: it was altered`);
  return { identity: read, claims, nonce, prepared, ...(attached && { attached }), ...(ended && { ended }) };
}

/** Whether the request of a record came to nothing: a call for the same thing prepares anew. */
export function hasEnded({ ended }: JsonObject): boolean {
  return ended !== undefined;
}

function isEnding(value: JsonValue): value is JsonObject & RequestEnding {
  return isJsonObject(value) && hasOnly(value, ['code', 'reason']) && isText(value.code) && isText(value.reason);
}

function isBlob(value: JsonValue): boolean {
  if (!isJsonObject(value) || !hasOnly(value, ['mediaType', 'size', 'name'])) return false;
  return isText(value.mediaType) && Number.isSafeInteger(value.size) && optional(isText)(value.name);
}

type Checks<T> = { readonly [name in keyof Required<T>]: MemberCheck };

/** Whether each member that any request may have is of its type. A record type, so that none is forgotten here. */
const members: Checks<Omit<RequestIdentity, keyof FormatIdentity>> = {
  reference: isText,
  blob: optional(isBlob),
  tag: optional(isText),
  index: optional(isText),
  platform: optional(isText),
  format: isText,
  backend: isText,
  keyLabel: optional(isText),
  spki: isText,
  timestamped: (value) => value === undefined || value === true,
};

function readIdentity(json: JsonObject, formats: FormatTable): RequestIdentity | undefined {
  const format = isText(json.format) ? formats.request(json.format) : undefined;
  if (!format) return undefined;
  const checks: Readonly<Record<string, MemberCheck>> = { ...members, ...format.members };
  const typed = hasOnly(json, Object.keys(checks)) && Object.entries(checks).every(([name, fits]) => fits(json[name]));
  return typed ? ({ ...json } as unknown as RequestIdentity) : undefined;
}
