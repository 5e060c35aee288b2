import { utf8Bytes } from '@securosys/core';
import { arrayNode, bytesNode, type CborNode, cborBytes, cborTree, integerNode, mapNode, tagNode } from './cbor-tree.js';
import type { Codec, Parts } from './original.js';

/** Protected header, unprotected header, payload and signature of a COSE_Sign1. */
export function coseMembers(envelope: Uint8Array): [CborNode, CborNode, CborNode, CborNode] {
  return cborTree(envelope).items?.[0]?.items as [CborNode, CborNode, CborNode, CborNode];
}

const bytesOf = ({ bytes }: CborNode): Uint8Array => bytes as Uint8Array;
const chainLabel = 33;

/** The item of an unprotected header under label 33. */
export function chainNode({ items = [] }: CborNode): CborNode {
  return items[
    items.findIndex(({ major, argument }, i) => i % 2 === 0 && major === 0 && argument === chainLabel) + 1
  ] as CborNode;
}

export const coseCodec: Codec = {
  mediaType: 'application/cose',
  split(envelope) {
    const [head, unprotected, payload, signature] = coseMembers(envelope);
    return {
      protected: bytesOf(head),
      payload: bytesOf(payload),
      signature: bytesOf(signature),
      chain: (chainNode(unprotected).items ?? []).map(bytesOf),
    };
  },
  join: ({ protected: head, payload, signature, chain }) =>
    cborBytes(
      tagNode(
        18,
        arrayNode([
          bytesNode(head),
          mapNode([[integerNode(chainLabel), arrayNode(chain.map(bytesNode))]]),
          bytesNode(payload),
          bytesNode(signature),
        ]),
      ),
    ),
  signingInput: (parts: Parts) =>
    cborBytes(
      arrayNode([
        { major: 3, argument: 0, bytes: utf8Bytes('Signature1') },
        bytesNode(parts.protected),
        bytesNode(new Uint8Array(0)),
        bytesNode(parts.payload),
      ]),
    ),
};
