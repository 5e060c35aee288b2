import { concatBytes, derWrap, ownBytes, SignError } from '@securosys/core';
import { CKK } from '../cryptoki/attributes.js';
import { type Curve, curveAlgorithm } from './curves.js';

const octetString = 0x04;
const bitString = 0x03;

/** Bytes of a point without any header: uncompressed `04‖x‖y`, or the encoding of RFC 8032 and RFC 7748. */
function rawLength({ keyType, width }: Curve): number {
  return keyType === CKK.EC ? 2 * width + 1 : width;
}

/**
 * A public point out of CKA_EC_POINT, which modules write as a DER OCTET STRING, as a BIT STRING, or raw. An uncompressed raw point and
 * an OCTET STRING both start with 04, so the exact length of the whole decides and nothing else does (`pkcs11.md` §3). Whether the point
 * is on its curve is for whoever imports it.
 * @throws SignError `ERR_MALFORMED` for any other length or header, and for a compressed point
 */
export function decodeEcPoint(value: Uint8Array, curve: Curve): Uint8Array<ArrayBuffer> {
  const length = rawLength(curve);
  const point = value.subarray(value.byteLength - Math.min(length, value.byteLength));
  const header = value.subarray(0, value.byteLength - point.byteLength);
  const known = [
    new Uint8Array(0),
    derWrap(octetString, new Uint8Array(length)).subarray(0, -length),
    derWrap(bitString, new Uint8Array(length + 1)).subarray(0, -length),
  ];
  const fits = known.some((expected) => Buffer.compare(expected, header) === 0);
  if (point.byteLength !== length || !fits || (curve.keyType === CKK.EC && point[0] !== 0x04))
    throw new SignError('ERR_MALFORMED', `CKA_EC_POINT of ${value.byteLength} bytes is no point of its curve in any known form`);
  return ownBytes(point);
}

/** CKA_EC_POINT as PKCS#11 2.40 wants it: the point in a DER OCTET STRING. */
export function encodeEcPoint(point: Uint8Array): Uint8Array<ArrayBuffer> {
  return derWrap(octetString, point);
}

/** SubjectPublicKeyInfo of a point (RFC 5480 §2, RFC 8410 §4). */
export function pointSpki(point: Uint8Array, curve: Curve): Uint8Array<ArrayBuffer> {
  return derWrap(0x30, concatBytes(curveAlgorithm(curve), derWrap(bitString, concatBytes(Uint8Array.of(0), point))));
}
