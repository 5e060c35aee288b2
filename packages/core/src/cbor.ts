import { utf8Text } from './bytes.js';
import { SignError } from './errors.js';

/** Bounds of one scan (threat model S20); going over one is `ERR_LIMIT`. */
export interface CborLimits {
  /** What the bytes are called in errors. */
  what?: string;
  /** Most bytes. Default 4 MiB. */
  maxBytes?: number;
  /** Deepest nesting. Default 16. */
  maxDepth?: number;
  /** Most data items in all. Default 10,000. */
  maxItems?: number;
  /** Tags that may stand anywhere. Default: none. */
  tags?: readonly number[];
  /** Lets the keys of a map stand in any order; still none twice. Default `false`. */
  unsortedMaps?: boolean;
}

/** Value of an IEEE 754 binary16 (RFC 8949 appendix D). */
function half(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0x1f) return Number.NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (mantissa + 1024) * 2 ** (exponent - 25));
}

/** Whether a number of binary64 can be written as binary16 without loss. */
function fitsHalf(value: number): boolean {
  const magnitude = Math.abs(value);
  if (magnitude > 65_504) return false;
  // Eleven significant bits, and nothing below 2^-24.
  const unit = Math.max(2 ** (Math.floor(Math.log2(magnitude)) - 10), 2 ** -24);
  return Number.isInteger(magnitude / unit);
}

class Scanner {
  at = 0;
  items = 0;
  constructor(
    readonly bytes: Uint8Array,
    readonly what: string,
    readonly maxDepth: number,
    readonly maxItems: number,
    readonly tags: readonly number[],
    readonly unsortedMaps: boolean,
  ) {}

  fail(why: string): never {
    throw new SignError('ERR_MALFORMED', `${this.what} is not strict CBOR: ${why} at offset ${this.at}`);
  }

  /** The argument of a head (RFC 8949 §3) in its shortest form; `at` moves behind it. Over 2^53 it is not exact, and only an integer may be. */
  argument(info: number): number {
    this.at++;
    if (info < 24) return info;
    if (info > 27) this.fail(info === 31 ? 'indefinite length' : 'reserved head');
    const length = 1 << (info - 24);
    if (this.at + length > this.bytes.byteLength) this.fail('truncated');
    let value = 0;
    for (let i = 0; i < length; i++) value = value * 256 + (this.bytes[this.at + i] as number);
    if (value < (length === 1 ? 24 : 256 ** (length / 2))) this.fail('head not in its shortest form');
    this.at += length;
    return value;
  }

  /** Moves over the contents of a string. */
  contents(length: number, isText: boolean): void {
    const { bytes, at } = this;
    const end = at + length;
    if (!(end <= bytes.byteLength)) this.fail('truncated');
    if (isText)
      for (let i = at; i < end; i++)
        if ((bytes[i] as number) >= 0x80) {
          utf8Text(bytes.subarray(at, end), `${this.what}: a text`);
          break;
        }
    this.at = end;
  }

  /** Order of two encoded keys, bytewise (RFC 8949 §4.2.1): negative when the first comes first. */
  order(a: number, b: number, aEnd: number, bEnd: number): number {
    const { bytes } = this;
    for (let i = a, j = b; i < aEnd && j < bEnd; i++, j++) {
      const difference = (bytes[i] as number) - (bytes[j] as number);
      if (difference !== 0) return difference;
    }
    return aEnd - a - (bEnd - b);
  }

  map(pairs: number, depth: number): void {
    const seen = this.unsortedMaps ? new Set<string>() : undefined;
    let last = -1;
    let lastEnd = -1;
    for (let i = 0; i < pairs; i++) {
      const start = this.at;
      const major = (this.bytes[start] ?? 0xff) >> 5;
      if (major !== 0 && major !== 1 && major !== 3) this.fail('a key that is neither an integer nor a text');
      this.item(depth);
      if (seen) {
        const key = String.fromCharCode(...this.bytes.subarray(start, Math.min(this.at, start + 1_024)));
        if (this.at - start > 1_024) this.fail('a key over 1,024 bytes');
        if (seen.has(key)) this.fail('a key twice');
        seen.add(key);
      } else if (last >= 0) {
        const order = this.order(last, start, lastEnd, this.at);
        if (order === 0) this.fail('a key twice');
        if (order > 0) this.fail('keys out of order');
      }
      last = start;
      lastEnd = this.at;
      this.item(depth);
    }
  }

  /** Major type 7: `false`, `true`, `null`, and numbers that are no integers, in their shortest form. */
  simple(info: number): void {
    if (info >= 20 && info <= 22) {
      this.at++;
      return;
    }
    if (info < 25 || info > 27) this.fail('a simple value that JSON does not have');
    const length = 1 << (info - 24);
    if (this.at + 1 + length > this.bytes.byteLength) this.fail('truncated');
    const float = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.at + 1, length);
    const value = info === 25 ? half(float.getUint16(0)) : info === 26 ? float.getFloat32(0) : float.getFloat64(0);
    if (!Number.isFinite(value)) this.fail('a number that is not finite');
    if (Number.isSafeInteger(value)) this.fail('an integer written as a floating-point number');
    if ((info === 27 && Math.fround(value) === value) || (info !== 25 && fitsHalf(value)))
      this.fail('a floating-point number not in its shortest form');
    this.at += 1 + length;
  }

  item(depth: number): void {
    if (++this.items > this.maxItems) throw new SignError('ERR_LIMIT', `${this.what} holds over ${this.maxItems} CBOR items`);
    if (depth > this.maxDepth) throw new SignError('ERR_LIMIT', `${this.what} nests CBOR deeper than ${this.maxDepth}`);
    const head = this.bytes[this.at];
    if (head === undefined) this.fail('truncated');
    const major = head >> 5;
    if (major === 7) this.simple(head & 0x1f);
    else this.behind(major, this.argument(head & 0x1f), depth);
  }

  /** What follows a head. */
  behind(major: number, argument: number, depth: number): void {
    if (major === 2 || major === 3) this.contents(argument, major === 3);
    // A false count ends at the end of the bytes, long before it could cost anything.
    else if (major === 4) for (let i = 0; i < argument; i++) this.item(depth + 1);
    else if (major === 5) this.map(argument, depth + 1);
    else if (major === 6) {
      if (!this.tags.includes(argument)) this.fail('a tag that is not allowed here');
      this.item(depth + 1);
    }
  }
}

/**
 * Pre-scan before any real CBOR parser sees foreign bytes (S20): one data item and nothing behind it, in the deterministic encoding of
 * RFC 8949 §4.2.1 (definite lengths, shortest heads, keys of a map sorted bytewise and none twice), of the types that JSON has, byte strings,
 * integers of 64 bits, and the tags that are allowed. Keys are integers or texts; texts are UTF-8; floating-point numbers are finite,
 * no integers, and in their shortest form, so that no value has two encodings.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function scanCbor(bytes: Uint8Array, limits: CborLimits = {}): void {
  const {
    what = 'value',
    maxBytes = 4 * 1024 * 1024,
    maxDepth = 16,
    maxItems = 10_000,
    tags = [],
    unsortedMaps = false,
  } = limits;
  if (bytes.byteLength > maxBytes) throw new SignError('ERR_LIMIT', `${what} is over ${maxBytes} bytes`);
  const scanner = new Scanner(bytes, what, maxDepth, maxItems, tags, unsortedMaps);
  scanner.item(0);
  if (scanner.at !== bytes.byteLength) scanner.fail('bytes after the value');
}
