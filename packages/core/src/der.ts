import { concatBytes, ownBytes } from './bytes.js';
import { SignError } from './errors.js';

/** One DER element: where its header starts, where its contents start and end, in the array it was read from. */
export interface DerElement {
  /** The identifier octet: `0x30` SEQUENCE, `0x31` SET, `0xa0` constructed context tag 0, … Tag numbers over 30 are refused. */
  readonly tag: number;
  readonly start: number;
  readonly contents: number;
  readonly end: number;
}

/** Bounds of one scan (threat model S20); going over one is `ERR_LIMIT`. */
export interface DerLimits {
  what?: string;
  /** Deepest nesting. Default 24. */
  maxDepth?: number;
  /** Most elements. Default 10,000. */
  maxElements?: number;
  /** Longest OBJECT IDENTIFIER in bytes. Default 128 (CVE-2025-66564). */
  maxOid?: number;
}

function fail(what: string, why: string): never {
  throw new SignError('ERR_MALFORMED', `${what} is not strict DER: ${why}`);
}

/**
 * Reads the element header at `at`: definite, minimal lengths only, contents inside `limit`.
 * @throws SignError `ERR_MALFORMED`
 */
export function readDer(bytes: Uint8Array, at: number, limit = bytes.byteLength, what = 'value'): DerElement {
  if (at + 2 > limit) fail(what, 'truncated');
  const tag = bytes[at] as number;
  if ((tag & 0x1f) === 0x1f) fail(what, 'long tag form');
  let length = bytes[at + 1] as number;
  let contents = at + 2;
  if (length >= 0x80) {
    const count = length & 0x7f;
    if (count === 0 || count > 4 || contents + count > limit) fail(what, 'bad length');
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (bytes[contents + i] as number);
    if (length < 0x80 || length < 256 ** (count - 1)) fail(what, 'length not minimal');
    contents += count;
  }
  if (contents + length > limit) fail(what, 'element leaves its parent');
  return { tag, start: at, contents, end: contents + length };
}

/** The elements directly inside a constructed element. */
export function derChildren(bytes: Uint8Array, parent: DerElement, what = 'value'): DerElement[] {
  const out: DerElement[] = [];
  for (let at = parent.contents; at < parent.end; ) {
    const child = readDer(bytes, at, parent.end, what);
    out.push(child);
    at = child.end;
  }
  return out;
}

/**
 * Pre-scan before any real ASN.1 parser sees foreign bytes (S20): one element, nothing behind it, definite minimal lengths,
 * bounded depth, count and OBJECT IDENTIFIERs. Returns the outer element.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function scanDer(bytes: Uint8Array, limits: DerLimits = {}): DerElement {
  const { what = 'value', maxDepth = 24, maxElements = 10_000, maxOid = 128 } = limits;
  const outer = readDer(bytes, 0, bytes.byteLength, what);
  if (outer.end !== bytes.byteLength) fail(what, 'bytes after the value');
  let count = 0;
  const walk = (element: DerElement, depth: number): void => {
    if (++count > maxElements) throw new SignError('ERR_LIMIT', `${what} holds over ${maxElements} DER elements`);
    if (depth > maxDepth) throw new SignError('ERR_LIMIT', `${what} nests DER deeper than ${maxDepth}`);
    if (element.tag === 0x06 && element.end - element.contents > maxOid)
      throw new SignError('ERR_LIMIT', `${what} holds an object identifier over ${maxOid} bytes`);
    if ((element.tag & 0x20) === 0) return;
    for (let at = element.contents; at < element.end; ) {
      const child = readDer(bytes, at, element.end, what);
      walk(child, depth + 1);
      at = child.end;
    }
  };
  walk(outer, 0);
  return outer;
}

/** A positive DER INTEGER of at most `width` bytes, left-padded with zeros to exactly `width`. */
function fixedInteger(bytes: Uint8Array, element: DerElement, width: number): Uint8Array {
  const what = 'ECDSA signature';
  if (element.tag !== 0x02 || element.end === element.contents) fail(what, 'INTEGER expected');
  let at = element.contents;
  const first = bytes[at] as number;
  if (first & 0x80) fail(what, 'negative INTEGER');
  if (first === 0 && element.end - at > 1) {
    if (!((bytes[at + 1] as number) & 0x80)) fail(what, 'INTEGER not minimal');
    at++;
  }
  const out = new Uint8Array(width);
  if (element.end - at > width) fail(what, 'INTEGER too long for the curve');
  out.set(bytes.subarray(at, element.end), width - (element.end - at));
  return out;
}

/**
 * ECDSA signature from DER `SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279 §2.2.3) to fixed-width r‖s (IEEE P1363).
 * @param width bytes of one half: 32 (P-256), 48 (P-384), 66 (P-521)
 * @throws SignError `ERR_MALFORMED` for anything but strict DER with both integers inside the width
 */
export function ecdsaFromDer(der: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const outer = scanDer(der, { what: 'ECDSA signature', maxDepth: 1 });
  const [r, s, more] = outer.tag === 0x30 ? derChildren(der, outer) : [];
  if (!r || !s || more) fail('ECDSA signature', 'SEQUENCE of two INTEGERs expected');
  return concatBytes(fixedInteger(der, r, width), fixedInteger(der, s, width));
}

/**
 * ECDSA signature from fixed-width r‖s (IEEE P1363) to DER.
 * @throws SignError `ERR_MALFORMED` when the length is odd, zero or over that of P-521
 */
export function ecdsaToDer(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  if (raw.byteLength === 0 || raw.byteLength % 2 !== 0 || raw.byteLength > 132)
    fail('ECDSA signature', 'r‖s has the length of no curve');
  const half = raw.byteLength / 2;
  const [r, s] = [firstDigit(raw, 0, half), firstDigit(raw, half, raw.byteLength)];
  const lengths = [half - r.at + r.sign, raw.byteLength - s.at + s.sign] as const;
  const head = derHead(0x30, lengths[0] + lengths[1] + 4);
  const out = new Uint8Array(head.length + lengths[0] + lengths[1] + 4);
  out.set(head);
  out.set([0x02, lengths[0]], head.length);
  out.set(raw.subarray(r.at, half), head.length + 2 + r.sign);
  const second = head.length + 2 + lengths[0];
  out.set([0x02, lengths[1]], second);
  out.set(raw.subarray(s.at), second + 2 + s.sign);
  return out;
}

/** Where the minimal INTEGER of an unsigned number begins, and whether a sign octet goes before it. */
function firstDigit(raw: Uint8Array, start: number, end: number): { readonly at: number; readonly sign: number } {
  let at = start;
  while (at < end - 1 && raw[at] === 0) at++;
  return { at, sign: (raw[at] as number) & 0x80 ? 1 : 0 };
}

/** Puts a tag and a minimal definite length before `contents`. */
export function derWrap(tag: number, contents: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(Uint8Array.from(derHead(tag, contents.byteLength)), contents);
}

/** Tag and minimal definite length. */
function derHead(tag: number, length: number): number[] {
  if (length < 0x80) return [tag, length];
  const octets: number[] = [];
  for (let n = length; n > 0; n = Math.floor(n / 256)) octets.unshift(n % 256);
  return [tag, 0x80 | octets.length, ...octets];
}

/** Whole bytes of an element, header included, as a copy. */
export function derBytes(bytes: Uint8Array, element: DerElement): Uint8Array<ArrayBuffer> {
  return ownBytes(bytes.subarray(element.start, element.end));
}
