import { concatBytes, ecdsaToDer, keyFacts } from '@securosys/core';
import { byteChanges } from './byte-mutations.js';
import type { Mutation, Original } from './original.js';
import type { Random } from './random.js';

/** Orders of the curves (SEC 2). */
const orders: Readonly<Record<number, bigint>> = {
  64: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  96: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  132: 0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
};

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
function bytesOf(value: bigint, width: number): Uint8Array {
  const hex = value.toString(16).padStart(width * 2, '0');
  return Uint8Array.from(Buffer.from(hex.slice(-width * 2), 'hex'));
}

/** r‖s in other forms, with other values, and with the same values in other clothes. */
function ecdsaVariants(signature: Uint8Array, random: Random): Uint8Array {
  const width = signature.byteLength / 2;
  const order = orders[signature.byteLength] ?? 0n;
  const [r, s] = [signature.subarray(0, width), signature.subarray(width)];
  const zero = new Uint8Array(width);
  const one = bytesOf(1n, width);
  const n = bytesOf(order, width);
  return random.pick<() => Uint8Array>([
    () => ecdsaToDer(signature),
    () => concatBytes(Uint8Array.of(0), r, Uint8Array.of(0), s),
    () => concatBytes(r, s, Uint8Array.of(0)),
    () => concatBytes(r.subarray(1), s.subarray(1)),
    () => concatBytes(s, r),
    () => concatBytes(zero, zero),
    () => concatBytes(r, zero),
    () => concatBytes(zero, s),
    () => concatBytes(one, one),
    () => concatBytes(n, n),
    () => concatBytes(r, n),
    () => concatBytes(bytesOf(numberOf(r) + order, width), s),
    () => concatBytes(r, bytesOf(numberOf(s) + order, width)),
    () => concatBytes(bytesOf(numberOf(r) + order, width + 1), bytesOf(numberOf(s), width + 1)),
    // The other good signature that every ECDSA signature has: taken, and nothing that is signed changes.
    () => concatBytes(r, bytesOf(order - numberOf(s), width)),
    () => concatBytes(bytesOf(order - numberOf(r), width), s),
    () => r.slice(),
    () => new Uint8Array(0),
  ])();
}

function rsaVariants(signature: Uint8Array, random: Random): Uint8Array {
  const { byteLength } = signature;
  return random.pick<() => Uint8Array>([
    () => concatBytes(Uint8Array.of(0), signature),
    () => concatBytes(signature, Uint8Array.of(0)),
    () => signature.slice(1),
    () => new Uint8Array(byteLength),
    () => bytesOf(1n, byteLength),
    () => new Uint8Array(byteLength).fill(0xff),
    () => bytesOf(numberOf(signature) + 1n, byteLength),
    () => concatBytes(signature, signature),
    () => new Uint8Array(0),
    () => new Uint8Array(random.pick([1, 64, 255, 257, 1024, 65_536])).fill(0x41),
  ])();
}

const isEcdsa = ({ key }: Original): boolean => key !== undefined && keyFacts(key.spec).type === 'ec';

/** Another signature over the same bytes: other forms, other salts and paddings, other lengths, noise. */
export const signatureMutation: Mutation = (original, random) => {
  const { codec, bytes, otherSignatures } = original;
  const parts = codec.split(bytes);
  const { signature } = parts;
  const kind = random.int(4);
  if (kind === 0 && otherSignatures.length > 0) parts.signature = random.pick(otherSignatures);
  else if (kind === 1)
    parts.signature = (byteChanges[random.pick(Object.keys(byteChanges))] as (typeof byteChanges)[string])(signature, random);
  else parts.signature = (isEcdsa(original) || signature.byteLength < 200 ? ecdsaVariants : rsaVariants)(signature, random);
  return { bytes: codec.join(parts) };
};
