import { concatBytes } from '@securosys/core';

/**
 * CBOR that can say what no library would write: longer heads than needed, indefinite lengths, keys twice, in any order, and any
 * bytes for an item.
 */
export interface CborNode {
  /** Major type, 0 to 7. */
  major: number;
  /** Integer, length of a string, number of a tag or simple value; of containers it follows from `items`, unless `count` says otherwise. */
  argument: number;
  /** Bytes of the argument: 0 (in the head), 1, 2, 4 or 8. Default: as few as possible. */
  width?: number;
  indefinite?: boolean;
  /** Of an array, a map (key, value, key, value, …) or a tag. */
  items?: CborNode[];
  /** Of a string. */
  bytes?: Uint8Array;
  /** A length that is claimed instead of the right one. */
  count?: number;
  /** Written instead of everything else. */
  raw?: Uint8Array;
}

const widths = [1, 2, 4, 8];

/** Reads valid CBOR of definite lengths. */
export function cborTree(bytes: Uint8Array, at = { offset: 0 }): CborNode {
  const first = bytes[at.offset++] as number;
  const major = first >> 5;
  const info = first & 31;
  let argument = info;
  if (info >= 24) {
    const width = widths[info - 24] as number;
    argument = Number(`0x${Buffer.from(bytes.subarray(at.offset, at.offset + width)).toString('hex')}`);
    at.offset += width;
    if (major === 7) return { major, argument, raw: bytes.slice(at.offset - width - 1, at.offset) };
  }
  const node: CborNode = { major, argument };
  if (major === 2 || major === 3) {
    node.bytes = bytes.slice(at.offset, at.offset + argument);
    at.offset += argument;
  }
  const inner = { 4: argument, 5: argument * 2, 6: 1 }[major];
  if (inner !== undefined) node.items = Array.from({ length: inner }, () => cborTree(bytes, at));
  return node;
}

function head(major: number, argument: number, width: number | undefined): Uint8Array {
  const least = argument < 24 ? 0 : argument < 0x100 ? 1 : argument < 0x1_0000 ? 2 : argument < 0x1_0000_0000 ? 4 : 8;
  const length = Math.max(width ?? 0, least);
  if (length === 0) return Uint8Array.of((major << 5) | argument);
  const hex = BigInt(argument)
    .toString(16)
    .padStart(length * 2, '0');
  return Uint8Array.from([(major << 5) | (24 + widths.indexOf(length)), ...Buffer.from(hex, 'hex')]);
}

const stop = Uint8Array.of(0xff);

export function cborBytes(node: CborNode): Uint8Array {
  const { major, argument, width, indefinite, items, bytes, count, raw } = node;
  if (raw) return raw;
  const inner = items?.map(cborBytes) ?? [];
  if (major === 6) return concatBytes(head(major, argument, width), ...inner);
  const length = items ? items.length / (major === 5 ? 2 : 1) : (bytes?.byteLength ?? argument);
  if (indefinite && bytes) return concatBytes(Uint8Array.of((major << 5) | 31), head(major, length, undefined), bytes, stop);
  if (indefinite && items) return concatBytes(Uint8Array.of((major << 5) | 31), ...inner, stop);
  return concatBytes(head(major, count ?? Math.floor(length), width), bytes ?? new Uint8Array(0), ...inner);
}

/** A node and all below it. */
export const cborNodes = (node: CborNode): CborNode[] => [node, ...(node.items ?? []).flatMap(cborNodes)];

const encoder = new TextEncoder();
export const textNode = (text: string): CborNode => ({ major: 3, argument: 0, bytes: encoder.encode(text) });
export const bytesNode = (bytes: Uint8Array): CborNode => ({ major: 2, argument: 0, bytes });
export const integerNode = (value: number): CborNode =>
  value < 0 ? { major: 1, argument: -1 - value } : { major: 0, argument: value };
export const arrayNode = (items: CborNode[]): CborNode => ({ major: 4, argument: 0, items });
export const mapNode = (entries: [CborNode, CborNode][]): CborNode => ({ major: 5, argument: 0, items: entries.flat() });
export const tagNode = (tag: number, item: CborNode): CborNode => ({ major: 6, argument: tag, items: [item] });
