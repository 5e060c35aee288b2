import { concatBytes, ownBytes, SignError, utf8Bytes, utf8Text } from '@securosys/core';

/** Largest value of one element: its length is 16 bits wide. */
export const maxElementBytes = 0xffff;

/** TLV of `tsb-rest-api.md` §5.4: u16 type, u16 length, value, zeros up to a multiple of 4; little endian. */
export function element(type: number, value: Uint8Array): Uint8Array<ArrayBuffer> {
  if (value.byteLength > maxElementBytes)
    throw new SignError('ERR_LIMIT', `element 0x${type.toString(16)} is over ${maxElementBytes} bytes`);
  const out = new Uint8Array(4 + Math.ceil(value.byteLength / 4) * 4);
  const view = new DataView(out.buffer);
  view.setUint16(0, type, true);
  view.setUint16(2, value.byteLength, true);
  out.set(value, 4);
  return out;
}

/** An element holding an unsigned 32-bit number. */
export function u32Element(type: number, value: number): Uint8Array<ArrayBuffer> {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
    throw new SignError('ERR_INVALID_ARGUMENT', `element 0x${type.toString(16)} needs an unsigned 32-bit number`);
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return element(type, bytes);
}

/** An element holding an unsigned 64-bit number. */
export function u64Element(type: number, value: number): Uint8Array<ArrayBuffer> {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new SignError('ERR_INVALID_ARGUMENT', `element 0x${type.toString(16)} needs an unsigned whole number`);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return element(type, bytes);
}

export function textElement(type: number, value: string): Uint8Array<ArrayBuffer> {
  return element(type, utf8Bytes(value));
}

/** A frame: u32 length of what follows, then elements. */
export function frame(...elements: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = concatBytes(...elements);
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, body.byteLength, true);
  return concatBytes(head, body);
}

/** Reads the elements of one frame in their fixed order. Every refusal is `ERR_MALFORMED`. */
export class FrameReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  #at = 4;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
    if (bytes.byteLength < 4 || this.#view.getUint32(0, true) !== bytes.byteLength - 4) this.fail('frame length is wrong');
  }

  fail(why: string): never {
    throw new SignError('ERR_MALFORMED', `${this.#what} is not a strict TSB frame: ${why}`);
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.byteLength;
  }

  /** Type of the next element, `undefined` at the end. */
  peek(): number | undefined {
    return this.#at + 4 <= this.#bytes.byteLength ? this.#view.getUint16(this.#at, true) : undefined;
  }

  /** Value of the next element, which must have this type. */
  bytes(type: number): Uint8Array<ArrayBuffer> {
    const at = this.#at;
    if (this.peek() !== type) this.fail(`element 0x${type.toString(16)} expected`);
    const length = this.#view.getUint16(at + 2, true);
    const end = at + 4 + Math.ceil(length / 4) * 4;
    if (end > this.#bytes.byteLength) this.fail('element leaves its frame');
    if (this.#bytes.subarray(at + 4 + length, end).some((b) => b !== 0)) this.fail('padding is not zero');
    this.#at = end;
    return ownBytes(this.#bytes.subarray(at + 4, at + 4 + length));
  }

  u32(type: number): number {
    const value = this.bytes(type);
    if (value.byteLength !== 4) this.fail(`element 0x${type.toString(16)} is not 4 bytes`);
    return new DataView(value.buffer).getUint32(0, true);
  }

  u64(type: number): number {
    const value = this.bytes(type);
    if (value.byteLength !== 8) this.fail(`element 0x${type.toString(16)} is not 8 bytes`);
    const number = Number(new DataView(value.buffer).getBigUint64(0, true));
    return Number.isSafeInteger(number) ? number : this.fail('number out of range');
  }

  text(type: number): string {
    return utf8Text(this.bytes(type), this.#what);
  }

  end(): void {
    if (!this.atEnd) this.fail('bytes after the last element');
  }
}
