import { concatBytes, signatureAlgorithmFor } from '@securosys/core';
import { signWith } from '../helpers/envelopes.js';
import { changedCbor, hostileCbor } from './cbor-mutations.js';
import { bytesNode, cborBytes, cborTree, integerNode, tagNode, textNode } from './cbor-tree.js';
import { coseCodec, coseMembers } from './cose-codec.js';
import { changedJson } from './json-mutations.js';
import { publicSignature, signsOften } from './jws-mutations.js';
import type { Mutation } from './original.js';

/** The envelope's own CBOR changed. */
export const envelopeCbor: Mutation = ({ bytes }, random) => ({ bytes: changedCbor(bytes, random) });

const changedPart = (
  which: 'protected' | 'payload',
  bytes: Uint8Array,
  random: Parameters<Mutation>[1],
  signedAgain: boolean,
): Uint8Array =>
  which === 'protected'
    ? changedCbor(bytes, random, { signedAgain })
    : Uint8Array.from(Buffer.from(changedJson(JSON.parse(new TextDecoder().decode(bytes)), random, { signedAgain }), 'utf8'));

/** Protected header or payload changed under the old signature. */
export const signedCbor: Mutation = ({ bytes }, random) => {
  const parts = coseCodec.split(bytes);
  const which = random.pick(['protected', 'protected', 'payload'] as const);
  parts[which] = changedPart(which, parts[which], random, false);
  return { bytes: coseCodec.join(parts) };
};

/** Protected header or payload changed and properly signed by the same key. */
export const signedAgainCbor: Mutation = ({ bytes, key }, random) => {
  if (!key || !signsOften(key, random)) return undefined;
  const parts = coseCodec.split(bytes);
  const which = random.pick(['protected', 'protected', 'payload'] as const);
  parts[which] = changedPart(which, parts[which], random, true);
  parts.signature = signWith(key, signatureAlgorithmFor('notary', key.spec), coseCodec.signingInput(parts));
  return { bytes: coseCodec.join(parts), signedAgain: true };
};

/** COSE algorithm numbers: the six, RSA PKCS #1, HMAC, EdDSA, AES-MAC, AES-GCM, and none. */
const numbers = [-7, -35, -36, -37, -38, -39, -8, -257, -258, -259, -47, 4, 5, 6, 7, 14, 1, 0];

/** Another `alg`, or `crit`, by somebody without the key or by the signer. */
export const coseConfusion: Mutation = (original, random) => {
  const { bytes, key } = original;
  const parts = coseCodec.split(bytes);
  const header = cborTree(parts.protected);
  const items = header.items ?? [];
  const at = items.findIndex(({ major, argument }, i) => i % 2 === 0 && major === 0 && argument === random.pick([1, 1, 1, 2, 3]));
  const others = [
    ...numbers.map(integerNode),
    textNode('ES256'),
    textNode('none'),
    { major: 4, argument: 0, items: [] },
    { major: 4, argument: 0, items: [integerNode(1)] },
    { major: 4, argument: 0, items: [textNode('absent')] },
    textNode('application/json'),
    hostileCbor(random),
  ];
  const other = random.pick(others);
  if (Buffer.compare(cborBytes(items[at + 1] as (typeof items)[number]), cborBytes(other)) === 0) return undefined;
  items[at + 1] = other;
  parts.protected = cborBytes(header);
  const input = coseCodec.signingInput(parts);
  if (key && random.oneIn(2) && signsOften(key, random))
    parts.signature = signWith(key, signatureAlgorithmFor('notary', key.spec), input);
  else parts.signature = publicSignature(original, input, random);
  return { bytes: coseCodec.join(parts) };
};

/** Other tags than 18, tags around tags, none, and the tag written longer. */
export const otherTag: Mutation = ({ bytes }, random) => {
  const inner = bytes.subarray(1);
  const prefix = random.pick([
    '',
    '84',
    'd1',
    'd3',
    'd8 12',
    'd9 0012',
    'da 00000012',
    'd8 62',
    'd9 d9f7 d2',
    'd2 d2',
    'd8 3d d2',
    'c1',
    'd0',
    'd8 18',
  ]);
  return { bytes: concatBytes(Uint8Array.from(Buffer.from(prefix.replaceAll(' ', ''), 'hex')), inner) };
};

/** What is not signed: whatever stands there, the verdict stays, or the envelope is refused. */
export const unsignedLabels: Mutation = ({ bytes }, random) => {
  const [head, unprotected, payload, signature] = coseMembers(bytes);
  const key = random.pick([
    textNode('io.cncf.notary.signingAgent'),
    textNode('io.cncf.notary.timestampSignature'),
    textNode('x'),
    ...[1, 2, 3, 4, 5, 6, 11, 12, 34, 35, -1, 256, 70_000].map(integerNode),
  ]);
  const value = random.pick([textNode('x'), textNode('x'.repeat(5_000)), bytesNode(random.bytes(30)), hostileCbor(random)]);
  const pairs = Array.from(
    { length: (unprotected.items?.length ?? 0) / 2 },
    (_, i) => unprotected.items?.slice(2 * i, 2 * i + 2) ?? [],
  );
  const encoded = (pair: (typeof pairs)[number]) => cborBytes(pair[0] as (typeof pair)[number]);
  unprotected.items = [...pairs, [key, value]].sort((a, b) => Buffer.compare(encoded(a), encoded(b))).flat();
  return { bytes: cborBytes(tagNode(18, { major: 4, argument: 0, items: [head, unprotected, payload, signature] })) };
};
