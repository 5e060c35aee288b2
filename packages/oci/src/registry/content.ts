import { type Descriptor, SignError, sanitizeText } from '@securosys/core';
import { checkContent, digestOf, isDigest, parseDigest } from '../digest.js';
import { decodeManifest } from '../manifest.js';
import { manifestKind } from '../media-types.js';
import type { ResolvedManifest } from '../repository.js';

/** Media type of an answer, without parameters. */
export function contentType(response: Response): string {
  return (response.headers.get('content-type') ?? '').split(';', 1)[0]?.trim() ?? '';
}

/** Name of the version that came, for `If-Match`. A weak one names no exact version (RFC 9110 §13.1.1), and long ones are nobody's. */
export function etagOf(response: Response): { readonly etag?: string } {
  const etag = response.headers.get('etag');
  return etag !== null && /^"[\x21\x23-\x7e]{1,200}"$/.test(etag) ? { etag } : {};
}

/**
 * What the registry says about the digest must fit the bytes, whichever algorithm it uses.
 * @throws SignError `ERR_DIGEST_MISMATCH`, `ERR_PROTOCOL`
 */
export function checkDigestHeader(response: Response, bytes: Uint8Array, what: string): void {
  const said = response.headers.get('docker-content-digest');
  if (said === null) return;
  if (!isDigest(said)) throw new SignError('ERR_PROTOCOL', `the registry states a malformed digest for ${what}`);
  const actual = digestOf(bytes, parseDigest(said).algorithm);
  if (said !== actual) throw new SignError('ERR_DIGEST_MISMATCH', `the registry states ${said} for ${what}, which is ${actual}`);
}

/**
 * Makes a verdict-worthy manifest of bytes, checking all that is promised about them.
 * @param expected digest that was asked for, size and media type when known
 */
export function resolvedManifest(
  repository: string,
  bytes: Uint8Array,
  mediaType: string,
  expected: Partial<Descriptor>,
  maxBytes: number,
): ResolvedManifest {
  const { digest = digestOf(bytes), size } = expected;
  checkContent(bytes, { digest, ...(size !== undefined && { size }) }, 'the manifest');
  if (!manifestKind(mediaType))
    throw new SignError('ERR_PROTOCOL', `'${sanitizeText(mediaType, 100)}' came where a manifest was expected`);
  if (expected.mediaType !== undefined && expected.mediaType !== mediaType)
    throw new SignError('ERR_MALFORMED', `the manifest came as '${sanitizeText(mediaType, 100)}', not as its descriptor says`);
  const manifest = decodeManifest(bytes, mediaType, maxBytes);
  return { descriptor: { mediaType, digest, size: bytes.byteLength }, bytes, manifest, reference: `${repository}@${digest}` };
}
