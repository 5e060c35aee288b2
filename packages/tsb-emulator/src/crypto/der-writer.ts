import { concatBytes, derWrap, hexBytes } from '@securosys/core';

type Der = Uint8Array<ArrayBuffer>;

export const sequence = (...parts: readonly Uint8Array[]): Der => derWrap(0x30, concatBytes(...parts));
export const setOf = (...parts: readonly Uint8Array[]): Der => derWrap(0x31, concatBytes(...parts));
export const octets = (bytes: Uint8Array): Der => derWrap(0x04, bytes);
/** An explicit context tag 0 around a whole element, or, with the contents of an OCTET STRING or a SET alone, an implicit one. */
export const context0 = (contents: Uint8Array, constructed = true): Der => derWrap(constructed ? 0xa0 : 0x80, contents);
/** A text of 16-bit characters, which is what PKCS#12 has. */
export const bmpString = (text: string): Der => derWrap(0x1e, bigEndian16(text));
export const nothing: Der = derWrap(0x05, new Uint8Array(0));

/** UTF-16, big-endian. */
export function bigEndian16(text: string): Der {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i));
  return bytes;
}

/** A number of zero or more. */
export function integer(value: number): Der {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return derWrap(0x02, hexBytes(/^[89a-f]/.test(even) ? `00${even}` : even));
}

/** A dotted object identifier (X.690 §8.19). */
export function oid(dotted: string): Der {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  const arcs = [first * 40 + second, ...others].flatMap((arc) => {
    const digits = [arc % 128];
    for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest % 128) + 128);
    return digits;
  });
  return derWrap(0x06, Uint8Array.from(arcs));
}
