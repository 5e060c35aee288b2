import {
  base64Bytes,
  base64Text,
  hexBytes,
  hexText,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  SignError,
} from '@securosys/core';

/** Length and hashes of a file of metadata, or of a manifest. */
export interface FileHashes {
  /** Bytes. */
  readonly length: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Lower-case hex. */
  readonly sha512?: string;
}

function hash(value: JsonValue | undefined, bytes: number): string {
  const decoded = typeof value === 'string' ? base64Bytes(value, 'hash') : undefined;
  // A hash in hex is valid base64 too, of another length (`dct.md` §4.2).
  if (decoded?.byteLength === bytes) return hexText(decoded);
  throw new SignError('ERR_MALFORMED', `a hash is not base64 of ${bytes} bytes`);
}

/** SHA-256 of a file as it is written: 44 characters, of which the last is padding; with A in its place it is 33 bytes, of which the last is zero. */
const unread = 'A'.repeat(44);
function unpadded(json: JsonValue): string {
  // Whatever is no object has no such members.
  const hashes = (json as JsonObject | null)?.hashes as JsonObject | null | undefined;
  const text = hashes?.sha256;
  return typeof text === 'string' && text.length === unread.length && text.endsWith('=') ? `${text.slice(0, -1)}A` : unread;
}

/**
 * SHA-256 of many files in hex, decoded at once: calls to decode them one by one take longer than everything else about a thousand tags. Those
 * that have none, and all when one of them is no base64, are left to {@link readHashes}.
 */
export function decodedHashes(files: readonly JsonValue[]): readonly (string | undefined)[] {
  const texts: string[] = [];
  for (const file of files) texts.push(unpadded(file));
  let hex: string;
  try {
    hex = hexText(base64Bytes(texts.join('')));
  } catch (error) {
    if (SignError.is(error, 'ERR_MALFORMED')) return [];
    throw error;
  }
  const found: (string | undefined)[] = [];
  for (const text of texts) {
    const start = found.length * 66;
    found.push(text !== unread && hex.startsWith('00', start + 64) ? hex.slice(start, start + 64) : undefined);
  }
  return found;
}

/**
 * Reads `{ length, hashes }` (`dct.md` §4.1): SHA-256 is demanded, SHA-512 read, every other hash refused.
 * @param decoded the SHA-256 of this very file in hex, from {@link decodedHashes}
 * @throws SignError `ERR_MALFORMED`
 */
export function readHashes(json: JsonValue | undefined, what: string, decoded?: string): FileHashes {
  const hashes = isJsonObject(json) ? json.hashes : undefined;
  if (!isJsonObject(json) || !isJsonObject(hashes)) throw new SignError('ERR_MALFORMED', `${what} has no hashes`);
  const { length } = json;
  if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0)
    throw new SignError('ERR_MALFORMED', `the length of ${what} is no number of bytes`);
  for (const name of Object.keys(hashes))
    if (name !== 'sha256' && name !== 'sha512') throw new SignError('ERR_MALFORMED', `${what} has a hash of an unknown kind`);
  const { sha256, sha512 } = hashes;
  const hex = decoded ?? hash(sha256, 32);
  return sha512 === undefined ? { length, sha256: hex } : { length, sha256: hex, sha512: hash(sha512, 64) };
}

/** As metadata writes them. */
export function hashesJson({ length, sha256, sha512 }: FileHashes): JsonObject {
  const base64 = (hex: string) => base64Text(hexBytes(hex));
  return { hashes: { sha256: base64(sha256), ...(sha512 !== undefined && { sha512: base64(sha512) }) }, length };
}
