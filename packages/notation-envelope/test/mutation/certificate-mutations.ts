import { concatBytes, derWrap, utf8Bytes } from '@securosys/core';
import { pemText } from '@securosys/pki';
import { byteChanges } from './byte-mutations.js';
import type { Mutation, Original } from './original.js';
import type { Random } from './random.js';

type ChainChange = (chain: Uint8Array[], random: Random, original: Original) => Uint8Array[];

const anyOf = (chain: readonly Uint8Array[], random: Random): number => random.int(chain.length);
const replaced = (chain: Uint8Array[], at: number, by: Uint8Array): Uint8Array[] => chain.map((der, i) => (i === at ? by : der));

const changes: Readonly<Record<string, ChainChange>> = {
  otherChain: (chain, random, { otherChains }) => (otherChains.length > 0 ? [...random.pick(otherChains)] : chain.slice(1)),
  mixed(chain, random, { otherChains }) {
    const pool = [...chain, ...otherChains.flat()];
    return Array.from({ length: 1 + random.int(4) }, () => random.pick(pool));
  },
  reversed: (chain) => chain.toReversed(),
  rotated: (chain) => [...chain.slice(1), ...chain.slice(0, 1)],
  dropped: (chain, random) => chain.toSpliced(anyOf(chain, random), 1),
  none: () => [],
  leafTwice: (chain) => [chain[0] as Uint8Array, ...chain],
  rootTwice: (chain) => [...chain, chain.at(-1) as Uint8Array],
  many: (chain, random) =>
    Array.from({ length: random.pick([16, 17, 100, 900, 1_100]) }, (_, i) => chain[i % chain.length] as Uint8Array),
  empty: (chain, random) => replaced(chain, anyOf(chain, random), new Uint8Array(0)),
  noise: (chain, random) => replaced(chain, anyOf(chain, random), random.bytes(1 + random.int(900))),
  trailing(chain, random) {
    const at = anyOf(chain, random);
    return replaced(chain, at, concatBytes(chain[at] as Uint8Array, random.bytes(1 + random.int(3))));
  },
  wrapped(chain, random) {
    const at = anyOf(chain, random);
    return replaced(chain, at, derWrap(random.pick([0x30, 0x31, 0xa0, 0x04]), chain[at] as Uint8Array));
  },
  pem(chain, random) {
    const at = anyOf(chain, random);
    return replaced(chain, at, utf8Bytes(pemText(chain[at] as Uint8Array, 'CERTIFICATE')));
  },
  deepDer(chain, random) {
    let der: Uint8Array = new Uint8Array(0);
    for (let depth = random.pick([23, 25, 300]); depth > 0; depth--) der = derWrap(0x30, der);
    return replaced(chain, anyOf(chain, random), der);
  },
  damaged(chain, random) {
    const at = anyOf(chain, random);
    const change = byteChanges[random.pick(Object.keys(byteChanges))] as (typeof byteChanges)[string];
    return replaced(chain, at, change(chain[at] as Uint8Array, random));
  },
};

/** The same signed bytes with other certificates: swapped, reordered, damaged, of other authorities for the same key. */
export const certificateMutation: Mutation = (original, random) => {
  const parts = original.codec.split(original.bytes);
  const name = random.oneIn(3) ? 'damaged' : random.pick(Object.keys(changes));
  parts.chain = (changes[name] as ChainChange)(parts.chain, random, original);
  return { bytes: original.codec.join(parts) };
};
