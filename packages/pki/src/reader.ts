import { type DerElement, derChildren, readDer, SignError } from '@securosys/core';

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
  readonly #elements: readonly DerElement[];
  #at = 0;

  constructor(
    readonly bytes: Uint8Array,
    parent: DerElement,
    readonly what: string,
  ) {
    this.#elements = derChildren(bytes, parent, what);
  }

  /** A reader over a value that fills `bytes` entirely. */
  static whole(bytes: Uint8Array, tag: number, what: string): DerReader {
    const outer = readDer(bytes, 0, bytes.byteLength, what);
    if (outer.tag !== tag || outer.end !== bytes.byteLength) malformed(`${what} has the wrong type or bytes behind it`);
    return new DerReader(bytes, outer, what);
  }

  get more(): boolean {
    return this.#at < this.#elements.length;
  }

  /** The next element, whatever its type. */
  any(): DerElement {
    return this.#elements[this.#at++] ?? malformed(`${this.what} ends too early`);
  }

  /** The next element, which must have this tag. */
  take(tag: number): DerElement {
    const element = this.any();
    if (element.tag !== tag) malformed(`${this.what} holds an unexpected type`);
    return element;
  }

  /** The next element if it has this tag. */
  optional(tag: number): DerElement | undefined {
    return this.#elements[this.#at]?.tag === tag ? this.#elements[this.#at++] : undefined;
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

  /** Header and contents of an element, in memory of their own. */
  copy(element: DerElement): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.bytes.subarray(element.start, element.end));
  }

  oid(): string {
    return oidText(this.contents(this.take(tags.oid)), this.what);
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

/** Dotted text of the contents of an OBJECT IDENTIFIER (X.690 §8.19). */
export function oidText(contents: Uint8Array, what: string): string {
  if (contents.byteLength === 0 || contents.byteLength > maxOidBytes)
    malformed(`${what} holds an object identifier of a bad length`);
  const arcs: string[] = [];
  let arc = 0;
  let fresh = true;
  for (const byte of contents) {
    if (fresh && byte === 0x80) malformed(`${what} holds an object identifier that is not minimal`);
    arc = arc * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(arc)) malformed(`${what} holds an object identifier with a number over 2^53`);
    fresh = (byte & 0x80) === 0;
    if (!fresh) continue;
    if (arcs.length === 0) {
      const root = arc < 40 ? 0 : arc < 80 ? 1 : 2;
      arcs.push(String(root), String(arc - root * 40));
    } else arcs.push(String(arc));
    arc = 0;
  }
  if (!fresh) malformed(`${what} holds a truncated object identifier`);
  return arcs.join('.');
}

/** Contents of a non-negative, minimally encoded INTEGER without its sign octet. */
export function unsignedInteger(contents: Uint8Array, what: string): Uint8Array {
  const [first, second] = contents;
  if (first === undefined || first & 0x80) malformed(`${what} is not a non-negative INTEGER`);
  if (first !== 0 || second === undefined) return contents;
  if (!(second & 0x80)) malformed(`${what} is not a minimal INTEGER`);
  return contents.subarray(1);
}
