import { SignError } from './errors.js';
import { nodeCrypto } from './node-modules.js';

/** Hash names as `node:crypto` and the digest grammar of OCI spell them. */
export type HashName = 'sha256' | 'sha384' | 'sha512';

/** A copy with an `ArrayBuffer` of its own: nothing that Node pools is ever handed out (S39). */
export function ownBytes(source: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(source.byteLength);
  copy.set(source);
  return copy;
}

/** The inputs one after the other, in fresh memory. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.byteLength;
  }
  return out;
}

/** Compares in time that depends on the lengths only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && nodeCrypto().timingSafeEqual(a, b);
}

/** Overwrites key material with zeros. Call it on arrays you own, in a `finally`. */
export function wipe(bytes: Uint8Array): void {
  bytes.fill(0);
}

/** Digest of `data` as raw bytes (32, 48 or 64). */
export function hashBytes(hash: HashName, data: Uint8Array): Uint8Array<ArrayBuffer> {
  return ownBytes(nodeCrypto().hash(hash, data, 'buffer'));
}

/** SHA-256 of `data` as 64 lower-case hex characters. */
export function sha256Hex(data: Uint8Array): string {
  return nodeCrypto().hash('sha256', data, 'hex');
}

/** UTF-8 bytes of a string. A lone surrogate is refused, because two strings would share one encoding. */
export function utf8Bytes(text: string): Uint8Array<ArrayBuffer> {
  if (!text.isWellFormed()) throw new SignError('ERR_MALFORMED', 'text holds a lone surrogate and has no UTF-8 form');
  const bytes = encoder.encode(text);
  // The encoder gives memory of its own, as far as we have seen; a copy of that would cost as much as the encoding.
  return bytes.byteLength === bytes.buffer.byteLength ? (bytes as Uint8Array<ArrayBuffer>) : ownBytes(bytes);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Strict UTF-8: invalid sequences and a byte-order mark are refused, never replaced.
 * @throws SignError `ERR_MALFORMED`
 */
export function utf8Text(bytes: Uint8Array, what = 'text'): string {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new SignError('ERR_MALFORMED', `${what} is not valid UTF-8`);
  }
  if (text.charCodeAt(0) === 0xfeff) throw new SignError('ERR_MALFORMED', `${what} starts with a byte-order mark`);
  return text;
}

/** Lower-case hex. */
export function hexText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** Standard base64 with padding. */
export function base64Text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** base64url without padding (RFC 7515 §2). */
export function base64urlText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}

const standard = /^[A-Za-z0-9+/]*={0,2}$/;
const urlSafe = /^[A-Za-z0-9_-]*$/;
/** Last characters whose unused low bits are zero, by the number of characters in the last group. */
const lastOfTwo = /[AQgw]$/;
const lastOfThree = /[AEIMQUYcgkosw048]$/;

function decodeCanonical(body: string, encoding: 'base64' | 'base64url', what: string): Uint8Array<ArrayBuffer> {
  const rest = body.length % 4;
  if (rest === 1 || (rest === 2 && !lastOfTwo.test(body)) || (rest === 3 && !lastOfThree.test(body)))
    throw new SignError('ERR_MALFORMED', `${what} is not canonical ${encoding}`);
  const out = new Uint8Array(Math.floor((body.length * 3) / 4));
  Buffer.from(out.buffer).write(body, encoding);
  return out;
}

/**
 * Strict standard base64: padding required, no white space, unused bits zero; one text per value (S20).
 * @throws SignError `ERR_MALFORMED`
 */
export function base64Bytes(text: string, what = 'value'): Uint8Array<ArrayBuffer> {
  if (text.length % 4 !== 0 || !standard.test(text)) throw new SignError('ERR_MALFORMED', `${what} is not canonical base64`);
  return decodeCanonical(text.endsWith('==') ? text.slice(0, -2) : text.endsWith('=') ? text.slice(0, -1) : text, 'base64', what);
}

/**
 * Strict base64url without padding (RFC 7515 §2): no white space, unused bits zero.
 * @throws SignError `ERR_MALFORMED`
 */
export function base64urlBytes(text: string, what = 'value'): Uint8Array<ArrayBuffer> {
  if (!urlSafe.test(text)) throw new SignError('ERR_MALFORMED', `${what} is not canonical base64url`);
  return decodeCanonical(text, 'base64url', what);
}

/**
 * Strict lower-case hex.
 * @throws SignError `ERR_MALFORMED`
 */
export function hexBytes(text: string, what = 'value'): Uint8Array<ArrayBuffer> {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) throw new SignError('ERR_MALFORMED', `${what} is not lower-case hex`);
  // biome-ignore lint/plugin: this is the strict decoder; the text was checked above
  return ownBytes(Buffer.from(text, 'hex'));
}
