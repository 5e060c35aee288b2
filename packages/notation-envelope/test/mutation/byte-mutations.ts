import { concatBytes } from '@securosys/core';
import type { Original } from './original.js';
import type { Random } from './random.js';

type Change = (bytes: Uint8Array, random: Random) => Uint8Array;

const slice = (bytes: Uint8Array, random: Random): [number, number] => {
  const start = random.int(bytes.byteLength);
  return [start, Math.min(bytes.byteLength, start + 1 + random.int(random.oneIn(2) ? 4 : 64))];
};

/** Changes that know nothing of what they change. */
export const byteChanges: Readonly<Record<string, Change>> = {
  flipBit(bytes, random) {
    const out = bytes.slice();
    const at = random.int(out.byteLength);
    out[at] = (out[at] as number) ^ (1 << random.int(8));
    return out;
  },
  setByte(bytes, random) {
    const out = bytes.slice();
    out[random.int(out.byteLength)] = random.pick([
      0,
      0x20,
      0x22,
      0x2e,
      0x5c,
      0x7f,
      0x80,
      0xff,
      0xf6,
      0x5f,
      0x9f,
      random.int(256),
    ]);
    return out;
  },
  truncate: (bytes, random) => bytes.slice(0, random.int(bytes.byteLength)),
  cutFront: (bytes, random) => bytes.slice(1 + random.int(bytes.byteLength - 1)),
  append: (bytes, random) => concatBytes(bytes, random.bytes(1 + random.int(8))),
  appendItself: (bytes) => concatBytes(bytes, bytes),
  remove(bytes, random) {
    const [start, end] = slice(bytes, random);
    return concatBytes(bytes.subarray(0, start), bytes.subarray(end));
  },
  repeat(bytes, random) {
    const [start, end] = slice(bytes, random);
    return concatBytes(bytes.subarray(0, end), bytes.subarray(start));
  },
  insert(bytes, random) {
    const at = random.int(bytes.byteLength + 1);
    return concatBytes(bytes.subarray(0, at), random.bytes(1 + random.int(4)), bytes.subarray(at));
  },
  swap(bytes, random) {
    const [a, b] = [random.int(bytes.byteLength), random.int(bytes.byteLength)].sort((x, y) => x - y) as [number, number];
    const c = b + random.int(bytes.byteLength - b);
    return concatBytes(bytes.subarray(0, a), bytes.subarray(b, c), bytes.subarray(a, b), bytes.subarray(c));
  },
  zero(bytes, random) {
    const out = bytes.slice();
    out.fill(random.pick([0, 0xff]), ...slice(bytes, random));
    return out;
  },
};

/** One random change of the envelope's own bytes. */
export function changedBytes({ bytes }: Pick<Original, 'bytes'>, random: Random): { bytes: Uint8Array } {
  return { bytes: (byteChanges[random.pick(Object.keys(byteChanges))] as Change)(bytes, random) };
}
