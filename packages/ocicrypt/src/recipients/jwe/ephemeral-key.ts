import { base64urlBytes, isJsonObject, type JsonValue, keySpecOf, nodeCrypto, SignError, spkiOf } from '@securosys/core';

/** Bytes of a coordinate (RFC 7518 §6.2.1.2). */
const widths: Readonly<Record<string, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 };

/**
 * The sender's key of ECDH-ES: a point on one of the NIST curves, checked before any private key meets it.
 * @param epk JWK
 * @returns SubjectPublicKeyInfo, DER
 * @throws SignError `ERR_MALFORMED`
 */
export function ephemeralKey(epk: JsonValue | undefined): Uint8Array<ArrayBuffer> {
  const refused = (): never => {
    throw new SignError('ERR_MALFORMED', 'epk of the JWE is not a public key of a NIST curve');
  };
  if (!isJsonObject(epk)) return refused();
  const { kty, crv, x, y } = epk;
  const width = typeof crv === 'string' && Object.hasOwn(widths, crv) ? widths[crv] : undefined;
  if (kty !== 'EC' || typeof crv !== 'string' || width === undefined || typeof x !== 'string' || typeof y !== 'string')
    return refused();
  if (base64urlBytes(x, 'epk').byteLength !== width || base64urlBytes(y, 'epk').byteLength !== width) return refused();
  try {
    const key = nodeCrypto().createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' });
    return keySpecOf(key) === undefined ? refused() : spkiOf(key);
  } catch {
    return refused();
  }
}
