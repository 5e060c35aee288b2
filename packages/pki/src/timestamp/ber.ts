import { concatBytes, derWrap, SignError } from '@securosys/core';

const maxDepth = 24;
const maxElements = 10_000;
const octetString = 0x04;
const constructed = 0x20;

function bad(why: string): never {
  throw new SignError('ERR_MALFORMED', `value is not BER: ${why}`);
}

interface Converted {
  readonly tag: number;
  readonly contents: Uint8Array;
  readonly end: number;
}

/** One walk over BER, with the same bounds as the scan of DER (S20). */
class BerConverter {
  #count = 0;

  constructor(readonly bytes: Uint8Array) {}

  /** Contents length and where they start; a length of `undefined` is the indefinite form. */
  #length(at: number, limit: number): { length: number | undefined; contents: number } {
    if (at >= limit) bad('truncated');
    const first = this.bytes[at] as number;
    if (first === 0x80) return { length: undefined, contents: at + 1 };
    if (first < 0x80) return { length: first, contents: at + 1 };
    const count = first & 0x7f;
    if (count > 8 || at + 1 + count > limit) bad('bad length');
    let length = 0;
    for (let i = 1; i <= count; i++) length = length * 256 + (this.bytes[at + i] as number);
    return { length, contents: at + 1 + count };
  }

  #isEnd(at: number, limit: number): boolean {
    return at + 2 <= limit && this.bytes[at] === 0 && this.bytes[at + 1] === 0;
  }

  element(at: number, limit: number, depth: number): Converted {
    if (++this.#count > maxElements) throw new SignError('ERR_LIMIT', `value holds over ${maxElements} BER elements`);
    if (depth > maxDepth) throw new SignError('ERR_LIMIT', `value nests BER deeper than ${maxDepth}`);
    if (at >= limit) bad('truncated');
    const tag = this.bytes[at] as number;
    if ((tag & 0x1f) === 0x1f || tag === 0) bad('a tag that nothing here has');
    const { length, contents } = this.#length(at + 1, limit);
    if (length !== undefined && contents + length > limit) bad('element leaves its parent');
    const definite = length === undefined ? undefined : contents + length;
    if ((tag & constructed) === 0) {
      if (definite === undefined) bad('a primitive value of indefinite length');
      return { tag, contents: this.bytes.subarray(contents, definite), end: definite };
    }
    const parts: Converted[] = [];
    let next = contents;
    while (definite === undefined ? !this.#isEnd(next, limit) : next < definite) {
      const part = this.element(next, definite ?? limit, depth + 1);
      parts.push(part);
      next = part.end;
    }
    const end = definite ?? next + 2;
    if (tag !== (octetString | constructed)) return { tag, contents: concatBytes(...parts.map(written)), end };
    // Pieces of an OCTET STRING, themselves converted already (X.690 §8.7.3).
    if (parts.some((part) => part.tag !== octetString)) bad('an OCTET STRING made of something else');
    return { tag: octetString, contents: concatBytes(...parts.map((part) => part.contents)), end };
  }
}

function written({ tag, contents }: Converted): Uint8Array {
  return derWrap(tag, contents);
}

/**
 * The DER of BER as CMS producers write it (X.690 §8): lengths become definite and minimal, OCTET STRINGs one piece. Everything else, the
 * order of a SET and the values of types included, stays as it was, and the strict readers judge it.
 * @throws SignError `ERR_MALFORMED`, also for bytes behind the value and for other strings in pieces; `ERR_LIMIT`
 */
export function berToDer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const outer = new BerConverter(bytes).element(0, bytes.byteLength, 0);
  if (outer.end !== bytes.byteLength) bad('bytes after the value');
  return derWrap(outer.tag, outer.contents);
}
