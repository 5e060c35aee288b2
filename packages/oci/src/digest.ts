import { hashBytes, hexText, SignError, sanitizeText } from '@securosys/core';

/** Digest algorithms that we accept at all. Others of the image-spec registry are refused, not passed through (S19). */
export type DigestAlgorithm = 'sha256' | 'sha512';

/** A content digest in its two parts, written `algorithm:hex`. */
export interface Digest {
  readonly algorithm: DigestAlgorithm;
  /** 64 (SHA-256) or 128 (SHA-512) lower-case hex characters. The only part that ever becomes a path. */
  readonly hex: string;
}

const grammar = /^(?:(sha256):([0-9a-f]{64})|(sha512):([0-9a-f]{128}))$/;

/**
 * Reads a digest by its exact grammar (image-spec `descriptor.md`, Digests): lower-case, full length, nothing else.
 * @throws SignError `ERR_MALFORMED`
 */
export function parseDigest(text: string): Digest {
  const found = typeof text === 'string' ? grammar.exec(text) : null;
  if (!found) throw new SignError('ERR_MALFORMED', `'${sanitizeText(String(text), 80)}' is not a sha256 or sha512 digest`);
  return { algorithm: (found[1] ?? found[3]) as DigestAlgorithm, hex: (found[2] ?? found[4]) as string };
}

/** Whether the text has the exact grammar of a digest. */
export function isDigest(text: string): boolean {
  return grammar.test(text);
}

/** Digest of `bytes` as text: `sha256:` and 64, or `sha512:` and 128, lower-case hex characters. */
export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): string {
  return `${algorithm}:${hexText(hashBytes(algorithm, bytes))}`;
}

/**
 * Checks that bytes are what a descriptor promised.
 * @throws SignError `ERR_DIGEST_MISMATCH` when size or digest differ, `ERR_MALFORMED` for a bad digest
 */
export function checkContent(
  bytes: Uint8Array,
  expected: { readonly digest: string; readonly size?: number },
  what: string,
): void {
  const { algorithm } = parseDigest(expected.digest);
  if (expected.size !== undefined && bytes.byteLength !== expected.size)
    throw new SignError('ERR_DIGEST_MISMATCH', `${what} has ${bytes.byteLength} bytes where ${expected.size} were promised`);
  const actual = digestOf(bytes, algorithm);
  if (actual !== expected.digest) throw new SignError('ERR_DIGEST_MISMATCH', `${what} is ${actual}, not ${expected.digest}`);
}
