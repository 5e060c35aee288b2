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

/**
 * Reads `{ length, hashes }` (`dct.md` §4.1): SHA-256 is demanded, SHA-512 read, every other hash refused.
 * @throws SignError `ERR_MALFORMED`
 */
export function readHashes(json: JsonValue | undefined, what: string): FileHashes {
  const hashes = isJsonObject(json) ? json.hashes : undefined;
  if (!isJsonObject(json) || !isJsonObject(hashes)) throw new SignError('ERR_MALFORMED', `${what} has no hashes`);
  const { length } = json;
  if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0)
    throw new SignError('ERR_MALFORMED', `the length of ${what} is no number of bytes`);
  if (Object.keys(hashes).some((name) => name !== 'sha256' && name !== 'sha512'))
    throw new SignError('ERR_MALFORMED', `${what} has a hash of an unknown kind`);
  const { sha256, sha512 } = hashes;
  return { length, sha256: hash(sha256, 32), ...(sha512 !== undefined && { sha512: hash(sha512, 64) }) };
}

/** As metadata writes them. */
export function hashesJson({ length, sha256, sha512 }: FileHashes): JsonObject {
  const base64 = (hex: string) => base64Text(hexBytes(hex));
  return { hashes: { sha256: base64(sha256), ...(sha512 !== undefined && { sha512: base64(sha512) }) }, length };
}
