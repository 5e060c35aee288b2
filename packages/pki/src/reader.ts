import { type DerElement, readDer, SignError } from '@securosys/core';

/** Identifier octets of the universal and context types that certificates use (X.680 §8.4). */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
  context0: 0xa0,
  context3: 0xa3,
} as const;

/** Longest OBJECT IDENTIFIER that is turned into text, in bytes: the text of an OID may be far longer than its bytes (CVE-2025-66564). */
const maxOidBytes = 64;

export function malformed(why: string): never {
  throw new SignError('ERR_MALFORMED', `certificate is malformed: ${why}`);
}

/** Walks the elements of one constructed DER value in order; every element has to be taken. */
export class DerReader {
  readonly #end: number;
  #at: number;

  constructor(
    readonly bytes: Uint8Array,
    parent: DerElement,
    readonly what: string,
  ) {
    this.#at = parent.contents;
    this.#end = parent.end;
  }

  /** A reader over a value that fills `bytes` entirely. */
  static over(bytes: Uint8Array, tag: number, what: string): DerReader {
    const outer = readDer(bytes, 0, bytes.byteLength, what);
    if (outer.tag !== tag || outer.end !== bytes.byteLength) malformed(`${what} has the wrong type or bytes behind it`);
    return new DerReader(bytes, outer, what);
  }

  get more(): boolean {
    return this.#at < this.#end;
  }

  /** The next element, whatever its type. */
  any(): DerElement {
    const element = readDer(this.bytes, this.#at, this.#end, this.what);
    this.#at = element.end;
    return element;
  }

  /** The next element, which must have this tag. */
  take(tag: number): DerElement {
    const element = this.any();
    if (element.tag !== tag) malformed(`${this.what} holds an unexpected type`);
    return element;
  }

  /** The next element if it has this tag. */
  optional(tag: number): DerElement | undefined {
    return this.more && this.bytes[this.#at] === tag ? this.any() : undefined;
  }

  enter(tag: number, what = this.what): DerReader {
    return new DerReader(this.bytes, this.take(tag), what);
  }

  inside(element: DerElement, what = this.what): DerReader {
    return new DerReader(this.bytes, element, what);
  }

  /** Contents of an element, a view. */
  contents(element: DerElement): Uint8Array {
    return this.bytes.subarray(element.contents, element.end);
  }

  /** Header and contents of an element, a view. */
  whole(element: DerElement): Uint8Array {
    return this.bytes.subarray(element.start, element.end);
  }

  oid(): string {
    return oidText(this.bytes, this.take(tags.oid), this.what);
  }

  /** Whether two elements are the same bytes. */
  same(a: DerElement, b: DerElement): boolean {
    let left = a.end - a.start;
    if (left !== b.end - b.start) return false;
    while (left-- > 0) if (this.bytes[a.start + left] !== this.bytes[b.start + left]) return false;
    return true;
  }

  /** A BOOLEAN that stands for `DEFAULT FALSE`: absent or TRUE, nothing else is DER (X.690 §11.1, §11.5). */
  optionalTrue(): boolean {
    const element = this.optional(tags.boolean);
    if (!element) return false;
    if (element.end - element.contents !== 1 || this.bytes[element.contents] !== 0xff)
      malformed(`${this.what} holds a BOOLEAN that is not DER`);
    return true;
  }

  end(): void {
    if (this.more) malformed(`${this.what} holds more than it should`);
  }
}

/** Dotted text of an OBJECT IDENTIFIER (X.690 §8.19). Reads in place: a chain has dozens, and a view of each would cost more than the rest. */
export function oidText(bytes: Uint8Array, { contents, end }: DerElement, what: string): string {
  if (contents === end || end - contents > maxOidBytes) malformed(`${what} holds an object identifier of a bad length`);
  let text = '';
  let arc = 0;
  let fresh = true;
  for (let at = contents; at < end; at++) {
    const byte = bytes[at] as number;
    if (fresh && byte === 0x80) malformed(`${what} holds an object identifier that is not minimal`);
    arc = arc * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(arc)) malformed(`${what} holds an object identifier with a number over 2^53`);
    fresh = byte < 0x80;
    if (!fresh) continue;
    const root = arc < 40 ? 0 : arc < 80 ? 1 : 2;
    text = text === '' ? `${root}.${arc - root * 40}` : `${text}.${arc}`;
    arc = 0;
  }
  if (!fresh) malformed(`${what} holds a truncated object identifier`);
  return text;
}

/** Contents of a non-negative, minimally encoded INTEGER without its sign octet. */
export function unsignedInteger(contents: Uint8Array, what: string): Uint8Array {
  const [first, second] = contents;
  if (first === undefined || first & 0x80) malformed(`${what} is not a non-negative INTEGER`);
  if (first !== 0 || second === undefined) return contents;
  if (!(second & 0x80)) malformed(`${what} is not a minimal INTEGER`);
  return contents.subarray(1);
}
