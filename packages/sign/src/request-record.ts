import { canonicalJson, isJsonObject, type JsonObject, type JsonValue, SignError, sha256Hex, utf8Bytes } from '@securosys/core';
import type { ImageFormatId } from './image-formats.js';

/** What a signing request is about, whatever time it is signed at. Its hash is the request's id. */
export interface RequestIdentity {
  /** `repository@digest`. */
  readonly reference: string;
  readonly format: ImageFormatId;
  readonly backend: string;
  readonly keyLabel?: string;
  readonly spkiSha256: string;
  readonly expirySeconds?: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What the store holds of a request until its artifact is attached. No secrets. */
export interface RequestRecord {
  readonly identity: RequestIdentity;
  /** The tag the caller named, to notice when it moves while people decide. */
  readonly tag?: string;
  readonly prepared: JsonObject;
  /** Base64 by part id, once all parts are signed: what approvals have earned is not asked for again. */
  readonly signatures?: Readonly<Record<string, string>>;
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

export function writeRecord(record: RequestRecord): JsonObject {
  const { identity, prepared, tag, signatures } = record;
  return {
    version: 1,
    kind: 'signing-request',
    identity: identity as unknown as JsonObject,
    prepared,
    ...(tag !== undefined && { tag }),
    ...(signatures && { signatures: { ...signatures } }),
  };
}

/**
 * Reads a record that anybody may have altered: types are checked, and the identity must hash to `id`.
 * @throws SignError `ERR_MALFORMED`
 */
export function readRecord(json: JsonObject, id: string): RequestRecord {
  const { version, kind, identity, prepared, tag, signatures } = json;
  const sound =
    version === 1 &&
    kind === 'signing-request' &&
    isJsonObject(identity) &&
    isJsonObject(prepared) &&
    (tag === undefined || typeof tag === 'string') &&
    (signatures === undefined || isTexts(signatures));
  if (!sound) throw new SignError('ERR_MALFORMED', `the store holds no signing request under ${id}`);
  const read = readIdentity(identity);
  if (!read || requestId(read) !== id)
    throw new SignError('ERR_MALFORMED', `the stored signing request ${id} is about something else: it was altered`);
  return { identity: read, prepared, ...(tag !== undefined && { tag }), ...(signatures && { signatures }) };
}

function isTexts(value: JsonValue | undefined): value is Record<string, string> {
  return isJsonObject(value) && Object.values(value).every((member) => typeof member === 'string');
}

function readIdentity(json: JsonObject): RequestIdentity | undefined {
  const { reference, format, backend, keyLabel, spkiSha256, expirySeconds, annotations, ...more } = json;
  if (
    typeof reference !== 'string' ||
    typeof format !== 'string' ||
    typeof backend !== 'string' ||
    typeof spkiSha256 !== 'string'
  )
    return undefined;
  if (keyLabel !== undefined && typeof keyLabel !== 'string') return undefined;
  if (expirySeconds !== undefined && typeof expirySeconds !== 'number') return undefined;
  if ((annotations !== undefined && !isTexts(annotations)) || Object.keys(more).length > 0) return undefined;
  return {
    reference,
    format: format as ImageFormatId,
    backend,
    spkiSha256,
    ...(keyLabel !== undefined && { keyLabel }),
    ...(expirySeconds !== undefined && { expirySeconds }),
    ...(annotations && { annotations }),
  };
}
