import { createECDH, createHmac } from 'node:crypto';
import { concatBytes, hexBytes, hexText, ownBytes, utf8Bytes } from '@securosys/core';
import { failure } from '../failure.js';
import { errorOfSoftDerivation } from '../inferred.js';
import { hardened } from './derivation-path.js';

/** Curves that SLIP-0010 names; on `secp256k1` it is BIP32. */
export type DerivableCurve = 'ed25519' | 'secp256k1' | 'prime256v1';

/** A private key that further ones can be derived from. */
export interface ExtendedKey {
  readonly curve: DerivableCurve;
  /** 32 bytes: the scalar, or the seed of Ed25519. */
  readonly secret: Uint8Array;
  /** 32 bytes. */
  readonly chainCode: Uint8Array;
}

const salts: Readonly<Record<DerivableCurve, string>> = {
  ed25519: 'ed25519 seed',
  secp256k1: 'Bitcoin seed',
  prime256v1: 'Nist256p1 seed',
};

/** SEC 2 §2.4.1 and §2.4.2. */
const orders: Readonly<Partial<Record<DerivableCurve, bigint>>> = {
  secp256k1: BigInt('0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'),
  prime256v1: BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
};

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${hexText(bytes)}`);
const scalar = (value: bigint): Uint8Array => hexBytes(value.toString(16).padStart(64, '0'));

function halves(key: Uint8Array, data: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const mac = createHmac('sha512', key).update(data).digest();
  return [ownBytes(mac.subarray(0, 32)), ownBytes(mac.subarray(32))];
}

/**
 * The master key of a seed (SLIP-0010).
 * @param seed 16 to 64 bytes
 */
export function masterKey(curve: DerivableCurve, seed: Uint8Array): ExtendedKey {
  const salt = utf8Bytes(salts[curve]);
  const order = orders[curve];
  for (let data = seed; ; ) {
    const [secret, chainCode] = halves(salt, data);
    const value = numberOf(secret);
    if (order === undefined || (value > 0n && value < order)) return { curve, secret, chainCode };
    data = concatBytes(secret, chainCode);
  }
}

/** The compressed point of SEC 1 §2.3.3. */
export function compressedPoint(curve: 'secp256k1' | 'prime256v1', secret: Uint8Array): Uint8Array<ArrayBuffer> {
  const ecdh = createECDH(curve);
  ecdh.setPrivateKey(secret);
  return ownBytes(ecdh.getPublicKey(null, 'compressed'));
}

/**
 * One step of a derivation (SLIP-0010, private parent to private child).
 * @throws SignError with a TSB error for a step of Ed25519 that is not hardened: that curve has no others
 */
function childKey({ curve, secret, chainCode }: ExtendedKey, index: number): ExtendedKey {
  const number = new Uint8Array(4);
  new DataView(number.buffer).setUint32(0, index);
  if (curve === 'ed25519') {
    if (index < hardened) throw failure(errorOfSoftDerivation, 'keys on Ed25519 have hardened derivations only');
    const [left, right] = halves(chainCode, concatBytes(Uint8Array.of(0), secret, number));
    return { curve, secret: left, chainCode: right };
  }
  const order = orders[curve] as bigint;
  const parent = index >= hardened ? concatBytes(Uint8Array.of(0), secret) : compressedPoint(curve, secret);
  for (let data = concatBytes(parent, number); ; ) {
    const [left, right] = halves(chainCode, data);
    const value = numberOf(left);
    const sum = (value + numberOf(secret)) % order;
    if (value < order && sum !== 0n) return { curve, secret: scalar(sum), chainCode: right };
    data = concatBytes(Uint8Array.of(1), right, number);
  }
}

/** All steps of a path. */
export function derivedKey(master: ExtendedKey, path: readonly number[]): ExtendedKey {
  return path.reduce(childKey, master);
}
