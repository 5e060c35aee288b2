import {
  base64Bytes,
  isJsonObject,
  type JsonLimits,
  type JsonObject,
  type JsonValue,
  type ParsedJson,
  parseJsonForm,
  parseJsonObject,
  SignError,
  utf8Bytes,
  utf8Text,
} from '@securosys/core';
import { notaryJson } from './canonical-json.js';
import { type DctFault, dctFault } from './fault.js';
import type { KnownTargets } from './known-targets.js';
import type { DctRole } from './roles.js';

/** One signature of a file of metadata. */
export interface FileSignature {
  readonly keyId: string;
  /** In lower case; readers do not care. */
  readonly method: string;
  readonly signature: Uint8Array;
}

/** What all files of metadata have in common; nothing in it has been verified. */
export interface SignedFile {
  readonly role: DctRole;
  /** As it came: what hashes are over. */
  readonly bytes: Uint8Array;
  /** Canonical form of `signed`: what signatures are over. */
  readonly message: Uint8Array;
  readonly signed: JsonObject;
  readonly signatures: readonly FileSignature[];
  readonly version: number;
  /** RFC 3339, as it is written. */
  readonly expires: string;
  /** The same, milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Largest files, in bytes. A tag takes some 250 bytes. */
export const maxFileBytes = { root: 1 << 20, timestamp: 1 << 20, snapshot: 4 << 20, targets: 16 << 20 } as const;

/** Largest file of a role. */
export function maxBytesOf(role: DctRole): number {
  return role === 'root' || role === 'timestamp' || role === 'snapshot' ? maxFileBytes[role] : maxFileBytes.targets;
}

/**
 * Highest version, the highest that servers can store. One that nobody could follow with a later one would be the last word of whoever
 * had a key for a moment.
 */
const maxVersion = 2 ** 31 - 1;
/** Most signatures of one file. */
const maxSignatures = 64;

const types: Readonly<Record<string, string>> = { root: 'Root', snapshot: 'Snapshot', timestamp: 'Timestamp' };
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
const keyId = /^[0-9a-f]{64}$/;

/** Refuses a file of this role. */
export function malformedFile(role: string, sentence: string, reason: DctFault = 'malformed'): never {
  throw dctFault(role, reason, sentence);
}

/** Puts the role into what went wrong inside of its file. */
export function inFile<T>(role: DctRole, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!SignError.is(error) || typeof error.details.role === 'string') throw error;
    throw dctFault(role, error.code === 'ERR_LIMIT' ? 'limit' : 'malformed', error.message, error);
  }
}

function readSignature(role: DctRole, json: JsonValue): FileSignature {
  if (!isJsonObject(json)) return malformedFile(role, 'a signature is no object');
  const { keyid, method, sig } = json;
  if (typeof keyid !== 'string' || !keyId.test(keyid)) return malformedFile(role, 'a signature names no key id');
  if (typeof method !== 'string' || typeof sig !== 'string') return malformedFile(role, 'a signature lacks method or value');
  return { keyId: keyid, method: method.toLowerCase(), signature: base64Bytes(sig, 'signature') };
}

type Limits = Required<Pick<JsonLimits, 'what' | 'maxBytes' | 'maxDepth' | 'maxValues'>>;
const limitsOf = (role: DctRole): Limits => ({
  what: 'metadata',
  maxBytes: maxBytesOf(role),
  maxDepth: 32,
  maxValues: 1_000_000,
});
const [opening, between] = ['{"signed":', ',"signatures":['];
const surrogate = /[\ud800-\udfff]/;

/**
 * Reads what is signed, but for targets that are known. Their values count as well: n values take at least 2n - 1 characters, so that
 * a shorter text cannot hold too many, whatever of it is known.
 */
function readPlain(text: string, limits: Limits, known: KnownTargets<unknown> | undefined): ParsedJson {
  const rest = text.length < 2 * limits.maxValues ? known?.without(text) : undefined;
  const read = rest === undefined ? undefined : parseJsonForm(rest, limits);
  if (read?.plain && known?.restore(read.value)) return read;
  const whole = parseJsonForm(text, limits);
  if (whole.plain) known?.keep(text, whole.value);
  return whole;
}

/**
 * A file as servers write it, of which canonical JSON would only make again what is there; `undefined` for any other.
 * Both halves are whole documents of strict JSON, so that the file is nothing else than the two.
 */
function asWritten(
  role: DctRole,
  text: string,
  known: KnownTargets<unknown> | undefined,
): { readonly json: JsonObject; readonly message: Uint8Array } | undefined {
  const end = text.lastIndexOf(between);
  if (end < 0 || !text.startsWith(opening)) return undefined;
  const written = text.slice(opening.length, end);
  // Members outside of the basic plane are in another order in canonical JSON.
  if (surrogate.test(written)) return undefined;
  try {
    const { value, plain } = readPlain(written, limitsOf(role), known);
    const { signatures, ...others } = parseJsonObject(`{${text.slice(end + 1)}`, limitsOf(role));
    if (!plain || Object.keys(others).length > 0) return undefined;
    return { json: { signed: value, signatures: signatures as JsonValue }, message: utf8Bytes(written) };
  } catch (error) {
    // What is wrong with it is said of the whole file.
    if (SignError.is(error)) return undefined;
    throw error;
  }
}

/**
 * Reads the envelope of a file of metadata (`dct.md` §4): strict JSON, no member twice, bounded.
 * @param known targets of other files, which are not read again
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`, with `details.role`
 */
export function readSignedFile(role: DctRole, bytes: Uint8Array, known?: KnownTargets<unknown>): SignedFile {
  return inFile(role, () => {
    if (bytes.byteLength > maxBytesOf(role)) malformedFile(role, `it has over ${maxBytesOf(role)} bytes`, 'limit');
    const text = utf8Text(bytes, 'metadata');
    const written = asWritten(role, text, known);
    const json = written?.json ?? parseJsonObject(text, limitsOf(role));
    const { signed, signatures } = json;
    if (Object.keys(json).some((name) => name !== 'signed' && name !== 'signatures'))
      malformedFile(role, 'it has more than signed and signatures');
    if (!isJsonObject(signed) || !Array.isArray(signatures)) return malformedFile(role, 'it lacks signed or signatures');
    if (signatures.length > maxSignatures) malformedFile(role, `it has over ${maxSignatures} signatures`, 'limit');
    const { _type, version, expires } = signed;
    const wanted = types[role] ?? 'Targets';
    if (_type !== wanted) malformedFile(role, `its type is not ${wanted}`, 'wrong-type');
    if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1)
      return malformedFile(role, 'its version is no whole number from 1 on');
    if (version > maxVersion) malformedFile(role, `its version is over ${maxVersion}: no later one could follow it`, 'limit');
    if (typeof expires !== 'string' || !instant.test(expires)) return malformedFile(role, 'it does not say when it expires');
    const expiresAt = Date.parse(expires);
    if (!Number.isFinite(expiresAt)) malformedFile(role, 'it does not say when it expires');
    return {
      role,
      bytes,
      message: written?.message ?? notaryJson(signed),
      signed,
      signatures: signatures.map((one) => readSignature(role, one)),
      version,
      expires,
      expiresAt,
    };
  });
}
