import { SignError } from '@securosys/core';
import type * as Asn1 from 'asn1js';

/**
 * BER of PKCS#12 files. They are written by programs of every age, many of which use indefinite lengths and octet strings in
 * pieces, which the strict reader of `core` refuses on purpose; so a library reads them. It loads when first used.
 */
export interface Ber {
  /** The one value that fills the bytes. */
  parse(bytes: Uint8Array): Asn1.BaseBlock;
  /** Elements of a SEQUENCE, a SET or an explicit tag, at most 64. */
  parts(block: Asn1.BaseBlock | undefined): readonly Asn1.BaseBlock[];
  /** Contents of an OCTET STRING, also of one with the implicit tag 0, in one piece. */
  octets(block: Asn1.BaseBlock | undefined): Uint8Array<ArrayBuffer>;
  oid(block: Asn1.BaseBlock | undefined): string;
  /** An INTEGER from 0 to 2^31 - 1. */
  integer(block: Asn1.BaseBlock | undefined): number;
  isInteger(block: Asn1.BaseBlock | undefined): boolean;
}

/** PKCS#12 files of a key and its chain have a few KiB. */
export const maxPkcs12Bytes = 256 * 1024;
const maxParts = 64;

export function malformed(why: string): never {
  throw new SignError('ERR_MALFORMED', `PKCS#12 file: ${why}`);
}

const bytesOf = (view: ArrayBufferView | ArrayBuffer): Uint8Array<ArrayBuffer> => {
  const source = ArrayBuffer.isView(view) ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : new Uint8Array(view);
  return new Uint8Array(source);
};

/** Loads the reader. */
export async function loadBer(): Promise<Ber> {
  const asn1 = await import('asn1js');
  const parts = (block: Asn1.BaseBlock | undefined): readonly Asn1.BaseBlock[] => {
    if (!(block instanceof asn1.Constructed)) malformed('a structure is missing');
    const { value } = block.valueBlock;
    return value.length > maxParts ? malformed('it has too many parts') : value;
  };
  const octets = (block: Asn1.BaseBlock | undefined): Uint8Array<ArrayBuffer> => {
    if (block instanceof asn1.OctetString) return bytesOf(block.getValue());
    if (block instanceof asn1.Primitive && block.idBlock.tagNumber === 0) return bytesOf(block.valueBlock.valueHexView);
    if (!(block instanceof asn1.Constructed) || block.idBlock.tagNumber !== 0) malformed('contents are missing');
    return bytesOf(Buffer.concat(parts(block).map(octets)));
  };
  return {
    parse: (bytes) => {
      if (bytes.byteLength > maxPkcs12Bytes) throw new SignError('ERR_LIMIT', `a PKCS#12 file is over ${maxPkcs12Bytes} bytes`);
      try {
        const { offset, result } = asn1.fromBER(bytesOf(bytes));
        if (offset === bytes.byteLength && result.error === '') return result;
      } catch (error) {
        // The library goes down a level for each nesting: thousands of them end the stack.
        if (!(error instanceof Error)) throw error;
      }
      return malformed('it is not BER');
    },
    parts,
    octets,
    oid: (block) => (block instanceof asn1.ObjectIdentifier ? block.getValue() : malformed('an identifier is missing')),
    isInteger: (block) => block instanceof asn1.Integer,
    integer: (block) => {
      if (!(block instanceof asn1.Integer) || block.valueBlock.isHexOnly) malformed('a number is missing or too large');
      const value = block.valueBlock.valueDec;
      return Number.isInteger(value) && value >= 0 && value < 2 ** 31 ? value : malformed('a number is out of range');
    },
  };
}
