import { base64Bytes, base64Text, SignError } from '@securosys/core';

/**
 * Longest message that travels beside its digest, in bytes. Messages over 65,535 bytes have no other way to the people who approve
 * them (threat model §3.2); this long, one task at every level still fits into 4 MiB.
 */
export const longestPreimage = 512 * 1024;

function bounded(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength > longestPreimage)
    throw new SignError('ERR_LIMIT', `people can be shown messages up to ${longestPreimage} bytes`);
  return bytes;
}

/**
 * What a digest stands for, as metadata carries it: base64.
 * @throws SignError `ERR_LIMIT` over {@link longestPreimage}
 */
export function encodePreimage(message: Uint8Array): string {
  return base64Text(bounded(message));
}

/**
 * The bytes of a preimage, which prove nothing until they are hashed.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function decodePreimage(text: string): Uint8Array<ArrayBuffer> {
  if (text.length > Math.ceil(longestPreimage / 3) * 4)
    throw new SignError('ERR_LIMIT', `people can be shown messages up to ${longestPreimage} bytes`);
  return base64Bytes(text, 'preimage');
}
