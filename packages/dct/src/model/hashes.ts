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

/** Characters of 32 bytes in base64, one of them padding. */
const sha256Chars = 44;

/**
 * SHA-256 of many files in hex, by their base64 and decoded at once: calls to decode them one by one take longer than everything else about
 * a thousand tags. Empty when one of them is none, which is then found by who reads it.
 */
export function decodedHashes(texts: readonly string[]): ReadonlyMap<string, string> {
  if (texts.some((text) => text.length !== sha256Chars || !text.endsWith('='))) return new Map();
  // With A in place of the padding each is 33 bytes, of which the last is zero.
  const joined = texts.map((text) => `${text.slice(0, -1)}A`).join('');
  let hex: string;
  try {
    hex = hexText(base64Bytes(joined));
  } catch (error) {
    if (SignError.is(error, 'ERR_MALFORMED')) return new Map();
    throw error;
  }
  const found = new Map<string, string>();
  for (const [at, text] of texts.entries()) {
    const start = at * 66;
    if (hex.startsWith('00', start + 64)) found.set(text, hex.slice(start, start + 64));
  }
  return found;
}

/**
 * Reads `{ length, hashes }` (`dct.md` §4.1): SHA-256 is demanded, SHA-512 read, every other hash refused.
 * @param decoded from {@link decodedHashes}
 * @throws SignError `ERR_MALFORMED`
 */
export function readHashes(json: JsonValue | undefined, what: string, decoded?: ReadonlyMap<string, string>): FileHashes {
  const hashes = isJsonObject(json) ? json.hashes : undefined;
  if (!isJsonObject(json) || !isJsonObject(hashes)) throw new SignError('ERR_MALFORMED', `${what} has no hashes`);
  const { length } = json;
  if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0)
    throw new SignError('ERR_MALFORMED', `the length of ${what} is no number of bytes`);
  for (const name of Object.keys(hashes))
    if (name !== 'sha256' && name !== 'sha512') throw new SignError('ERR_MALFORMED', `${what} has a hash of an unknown kind`);
  const { sha256, sha512 } = hashes;
  const hex = (typeof sha256 === 'string' ? decoded?.get(sha256) : undefined) ?? hash(sha256, 32);
  return sha512 === undefined ? { length, sha256: hex } : { length, sha256: hex, sha512: hash(sha512, 64) };
}

/** As metadata writes them. */
export function hashesJson({ length, sha256, sha512 }: FileHashes): JsonObject {
  const base64 = (hex: string) => base64Text(hexBytes(hex));
  return { hashes: { sha256: base64(sha256), ...(sha512 !== undefined && { sha512: base64(sha512) }) }, length };
}
