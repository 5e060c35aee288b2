import type { KeySpec } from '@securosys/core';
import { tsbCurveOids, tsbKeyAlgorithms } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';

/** Types of keys that the emulator has in software: those of `core`, and what only a TSB is asked for. */
export type KeyType =
  | KeySpec
  | 'ec-secp256k1'
  | 'aes-128'
  | 'aes-192'
  | 'aes-256'
  | 'chacha20'
  | 'camellia-128'
  | 'camellia-192'
  | 'camellia-256'
  | 'tdea'
  | 'hmac-sha256';

/** What the algorithms of a key depend on. */
export type KeyFamily = 'rsa' | 'ec' | 'ed25519' | 'ml-dsa' | 'secret';

/** The wire's words for a key type, and what is computed with it. */
export interface KeyTypeFacts {
  readonly family: KeyFamily;
  /** `algorithm` of `POST /v1/key` (`tsb-rest-api.md` §3.1). */
  readonly algorithm: string;
  /** Bits, where the wire names them. */
  readonly keySize?: number;
  readonly curveOid?: string;
  /** `algorithmOid` of the attributes answer; none is known for secret keys. */
  readonly algorithmOid?: string;
  /** OpenSSL's name of the curve. */
  readonly namedCurve?: string;
  /** Bytes of a secret key. */
  readonly secretBytes?: number;
}

const rsa = (keySize: number): KeyTypeFacts => ({
  family: 'rsa',
  algorithm: 'RSA',
  keySize,
  algorithmOid: '1.2.840.113549.1.1.1',
});
const ec = (curveOid: string, namedCurve: string): KeyTypeFacts => {
  return { family: 'ec', algorithm: 'EC', curveOid, algorithmOid: '1.2.840.10045.2.1', namedCurve };
};
const mlDsa = (level: number, arc: number): KeyTypeFacts => {
  return { family: 'ml-dsa', algorithm: `ML-DSA-${level}`, algorithmOid: `2.16.840.1.101.3.4.3.${arc}` };
};
const sized = (algorithm: string, keySize: number): KeyTypeFacts => {
  return { family: 'secret', algorithm, keySize, secretBytes: keySize / 8 };
};
/** Of these the wire names no size. */
const unsized = (algorithm: string, secretBytes: number): KeyTypeFacts => ({ family: 'secret', algorithm, secretBytes });

const types: Readonly<Record<KeyType, KeyTypeFacts>> = {
  'rsa-2048': rsa(2048),
  'rsa-3072': rsa(3072),
  'rsa-4096': rsa(4096),
  'ec-p256': ec(tsbCurveOids.secp256r1, 'prime256v1'),
  'ec-p384': ec(tsbCurveOids.secp384r1, 'secp384r1'),
  'ec-p521': ec(tsbCurveOids.secp521r1, 'secp521r1'),
  'ec-secp256k1': ec(tsbCurveOids.secp256k1, 'secp256k1'),
  ed25519: { family: 'ed25519', algorithm: 'ED', curveOid: tsbCurveOids.ed25519, algorithmOid: tsbCurveOids.ed25519 },
  'ml-dsa-44': mlDsa(44, 17),
  'ml-dsa-65': mlDsa(65, 18),
  'ml-dsa-87': mlDsa(87, 19),
  'aes-128': sized('AES', 128),
  'aes-192': sized('AES', 192),
  'aes-256': sized('AES', 256),
  chacha20: sized('ChaCha20', 256),
  'camellia-128': sized('Camellia', 128),
  'camellia-192': sized('Camellia', 192),
  'camellia-256': sized('Camellia', 256),
  tdea: unsized('TDEA', 24),
  'hmac-sha256': unsized('HMACSHA256', 32),
};

/** Every key type. */
export const keyTypes = Object.keys(types) as readonly KeyType[];

/** What the emulator knows of a key type. */
export function specFacts(type: KeyType): KeyTypeFacts {
  return types[type];
}

/** Whether keys of this type have one secret instead of a pair. */
export function isSecretType(type: KeyType): boolean {
  return types[type].family === 'secret';
}

/** The type on this curve, by OpenSSL's name of it. */
export function specOfCurve(namedCurve: string | undefined): KeyType | undefined {
  return keyTypes.find((type) => namedCurve !== undefined && types[type].namedCurve === namedCurve);
}

/** What a body says about the kind of key. */
export interface AskedKeyType {
  readonly algorithm?: string | undefined;
  readonly algorithmOid?: string | undefined;
  readonly keySize?: number | undefined;
  readonly curveOid?: string | undefined;
}

/** The key type that a `POST /v1/key` body asks for, or `undefined` for any other algorithm, size or curve. */
export function specOfWire(wire: AskedKeyType): KeyType | undefined {
  return keyTypes.find((type) => {
    const facts = types[type];
    const named =
      wire.algorithm === facts.algorithm ||
      (wire.algorithm === undefined && wire.algorithmOid !== undefined && wire.algorithmOid === facts.algorithmOid);
    return named && wire.keySize === facts.keySize && wire.curveOid === facts.curveOid;
  });
}

const everyAlgorithm: readonly string[] = tsbKeyAlgorithms;
const everyCurve: readonly string[] = Object.values(tsbCurveOids);
/** Sizes of RSA keys that a TSB has (§3.1). */
const rsaSizes = [2048, 3072, 4096, 8192];
const complete = new Set(keyTypes.flatMap((type) => (types[type].family === 'ec' ? [] : [types[type].algorithm])));

/** The error for a key type that the emulator does not have: 101 when a real TSB has it, 603 for what nobody has. */
export function noSuchKeyType({ algorithm = '', keySize, curveOid }: AskedKeyType): Error {
  const elsewhere =
    algorithm === 'RSA'
      ? rsaSizes.includes(keySize ?? 0) && curveOid === undefined
      : algorithm === 'EC'
        ? everyCurve.includes(curveOid ?? '') && keySize === undefined
        : !complete.has(algorithm) && everyAlgorithm.includes(algorithm);
  return elsewhere
    ? failure(101, `a TSB can make ${algorithm} keys of this kind, the emulator cannot`)
    : failure(603, 'there are no keys of this algorithm, size and curve');
}
