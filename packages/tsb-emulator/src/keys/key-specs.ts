import type { KeySpec } from '@securosys/core';
import { tsbCurveOids, tsbKeyAlgorithms } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';

/** How `POST /v1/key` names a key type (`tsb-rest-api.md` §2.3, §3.1, §3.2). */
export interface WireKeyType {
  readonly algorithm: 'RSA' | 'EC' | 'ED' | 'ML-DSA-44' | 'ML-DSA-65' | 'ML-DSA-87';
  readonly keySize?: number;
  readonly curveOid?: string;
}

interface SpecFacts extends WireKeyType {
  /** `algorithmOid` of the attributes answer. */
  readonly algorithmOid: string;
  /** OpenSSL's name of the curve. */
  readonly namedCurve?: string;
}

const rsa = '1.2.840.113549.1.1.1';
const ec = '1.2.840.10045.2.1';
const mlDsa = '2.16.840.1.101.3.4.3.';

const specs: Readonly<Partial<Record<KeySpec, SpecFacts>>> = {
  'rsa-2048': { algorithm: 'RSA', keySize: 2048, algorithmOid: rsa },
  'rsa-3072': { algorithm: 'RSA', keySize: 3072, algorithmOid: rsa },
  'rsa-4096': { algorithm: 'RSA', keySize: 4096, algorithmOid: rsa },
  'ec-p256': { algorithm: 'EC', curveOid: '1.2.840.10045.3.1.7', algorithmOid: ec, namedCurve: 'prime256v1' },
  'ec-p384': { algorithm: 'EC', curveOid: '1.3.132.0.34', algorithmOid: ec, namedCurve: 'secp384r1' },
  'ec-p521': { algorithm: 'EC', curveOid: '1.3.132.0.35', algorithmOid: ec, namedCurve: 'secp521r1' },
  ed25519: { algorithm: 'ED', curveOid: '1.3.101.112', algorithmOid: '1.3.101.112' },
  'ml-dsa-44': { algorithm: 'ML-DSA-44', algorithmOid: `${mlDsa}17` },
  'ml-dsa-65': { algorithm: 'ML-DSA-65', algorithmOid: `${mlDsa}18` },
  'ml-dsa-87': { algorithm: 'ML-DSA-87', algorithmOid: `${mlDsa}19` },
};

/** The wire's words for a key spec; `undefined` for one that the emulator has no software key for. */
export function specFacts(spec: KeySpec): SpecFacts | undefined {
  return specs[spec];
}

/** What `POST /v1/key` says about the kind of key. */
interface AskedKeyType {
  readonly algorithm?: string | undefined;
  readonly algorithmOid?: string | undefined;
  readonly keySize?: number | undefined;
  readonly curveOid?: string | undefined;
}

/** The key spec that a `POST /v1/key` body asks for, or `undefined` for any other type, size or curve. */
export function specOfWire(wire: AskedKeyType): KeySpec | undefined {
  for (const [spec, facts] of Object.entries(specs) as [KeySpec, SpecFacts][]) {
    const named =
      wire.algorithm === facts.algorithm || (wire.algorithm === undefined && wire.algorithmOid === facts.algorithmOid);
    if (named && wire.keySize === facts.keySize && wire.curveOid === facts.curveOid) return spec;
  }
  return undefined;
}

const everyAlgorithm: readonly string[] = tsbKeyAlgorithms;
const everyCurve: readonly string[] = Object.values(tsbCurveOids);
/** Sizes of RSA keys that a TSB has (§3.1). */
const rsaSizes = [2048, 3072, 4096, 8192];

/** The error for a key type that the emulator does not have: 101 when a real TSB has it, 603 for what nobody has. */
export function noSuchKeyType({ algorithm = '', keySize, curveOid }: AskedKeyType): Error {
  const elsewhere =
    algorithm === 'RSA'
      ? rsaSizes.includes(keySize ?? 0) && curveOid === undefined
      : algorithm === 'EC'
        ? everyCurve.includes(curveOid ?? '') && keySize === undefined
        : algorithm !== 'ED' && !algorithm.startsWith('ML-DSA') && everyAlgorithm.includes(algorithm);
  return elsewhere
    ? failure(101, `a TSB can make ${algorithm} keys of this kind, the emulator cannot`)
    : failure(603, 'there are no keys of this algorithm, size and curve');
}
