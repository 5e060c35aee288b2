import type { KeySpec } from '@securosys/core';

/** How `POST /v1/key` names a key type (`tsb-rest-api.md` §2.3, §3.1, §3.2). */
export interface WireKeyType {
  readonly algorithm: 'RSA' | 'EC' | 'ED';
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

const specs: Readonly<Partial<Record<KeySpec, SpecFacts>>> = {
  'rsa-2048': { algorithm: 'RSA', keySize: 2048, algorithmOid: rsa },
  'rsa-3072': { algorithm: 'RSA', keySize: 3072, algorithmOid: rsa },
  'rsa-4096': { algorithm: 'RSA', keySize: 4096, algorithmOid: rsa },
  'ec-p256': { algorithm: 'EC', curveOid: '1.2.840.10045.3.1.7', algorithmOid: ec, namedCurve: 'prime256v1' },
  'ec-p384': { algorithm: 'EC', curveOid: '1.3.132.0.34', algorithmOid: ec, namedCurve: 'secp384r1' },
  'ec-p521': { algorithm: 'EC', curveOid: '1.3.132.0.35', algorithmOid: ec, namedCurve: 'secp521r1' },
  ed25519: { algorithm: 'ED', curveOid: '1.3.101.112', algorithmOid: '1.3.101.112' },
};

/** The wire's words for a key spec; `undefined` for one that the emulator has no software key for. */
export function specFacts(spec: KeySpec): SpecFacts | undefined {
  return specs[spec];
}

/** The key spec that a `POST /v1/key` body asks for, or `undefined` for any other type, size or curve. */
export function specOfWire(wire: {
  algorithm?: string;
  algorithmOid?: string;
  keySize?: number;
  curveOid?: string;
}): KeySpec | undefined {
  for (const [spec, facts] of Object.entries(specs) as [KeySpec, SpecFacts][]) {
    const named =
      wire.algorithm === facts.algorithm || (wire.algorithm === undefined && wire.algorithmOid === facts.algorithmOid);
    if (named && wire.keySize === facts.keySize && wire.curveOid === facts.curveOid) return spec;
  }
  return undefined;
}
