import { concatBytes, derWrap, equalBytes, hexBytes, type KeySpec, utf8Bytes } from '@securosys/core';
import { CKK } from '../cryptoki/attributes.js';

/** A curve by its CKA_EC_PARAMS. */
export interface Curve {
  /** CKA_KEY_TYPE of its keys. */
  readonly keyType: number;
  /** The OBJECT IDENTIFIER as DER: what we write. */
  readonly params: Uint8Array;
  /** A name as PrintableString, which modules take or write instead (PKCS#11 3.0 §2.3.7). */
  readonly printable?: Uint8Array;
  /** Bytes of one coordinate; for Edwards and Montgomery curves of the whole point. */
  readonly width: number;
  /** Absent for curves that no format here uses; their keys are described all the same. */
  readonly spec?: KeySpec;
}

interface CurveRow {
  readonly oid: string;
  readonly width: number;
  readonly keyType?: number;
  readonly name?: string;
  readonly spec?: KeySpec;
}

const rows: readonly CurveRow[] = [
  { oid: '2a8648ce3d030107', width: 32, spec: 'ec-p256' },
  { oid: '2b81040022', width: 48, spec: 'ec-p384' },
  { oid: '2b81040023', width: 66, spec: 'ec-p521' },
  { oid: '2b656e', width: 32, keyType: CKK.EC_MONTGOMERY, name: 'curve25519' },
  { oid: '2b656f', width: 56, keyType: CKK.EC_MONTGOMERY, name: 'curve448' },
  { oid: '2b6570', width: 32, keyType: CKK.EC_EDWARDS, name: 'edwards25519', spec: 'ed25519' },
  { oid: '2b6571', width: 57, keyType: CKK.EC_EDWARDS, name: 'edwards448' },
  // secp224r1, secp256k1, brainpoolP256r1, P384r1, P512r1.
  { oid: '2b81040021', width: 28 },
  { oid: '2b8104000a', width: 32 },
  { oid: '2b2403030208010107', width: 32 },
  { oid: '2b240303020801010b', width: 48 },
  { oid: '2b240303020801010d', width: 64 },
];

function curveOf({ oid, width, keyType = CKK.EC, name, spec }: CurveRow): Curve {
  return {
    keyType,
    params: derWrap(0x06, hexBytes(oid)),
    width,
    ...(name && { printable: derWrap(0x13, utf8Bytes(name)) }),
    ...(spec && { spec }),
  };
}

/** The curve that CKA_EC_PARAMS name; `undefined` for any other, and for parameters that are written out. */
export function curveByParams(params: Uint8Array): Curve | undefined {
  return rows.map(curveOf).find((curve) => [curve.params, curve.printable].some((own) => own && equalBytes(own, params)));
}

/** The curve of a key spec; `undefined` for RSA and for what PKCS#11 2.40 does not know. */
export function curveBySpec(spec: KeySpec): Curve | undefined {
  const row = rows.find((candidate) => candidate.spec === spec);
  return row && curveOf(row);
}

/** AlgorithmIdentifier of a public key on this curve (RFC 5480 §2.1.1, RFC 8410 §3). */
export function curveAlgorithm(curve: Curve): Uint8Array<ArrayBuffer> {
  const ecPublicKey = derWrap(0x06, hexBytes('2a8648ce3d0201'));
  return derWrap(0x30, curve.keyType === CKK.EC ? concatBytes(ecPublicKey, curve.params) : curve.params);
}
