import { createECDH, createPrivateKey, type KeyObject } from 'node:crypto';
import { base64urlBytes, base64urlText, concatBytes, hexBytes } from '@securosys/core';
import type { DerivableCurve } from './slip10.js';

const jwkCurves = { secp256k1: 'secp256k1', prime256v1: 'P-256' } as const;
/** PKCS#8 of an Ed25519 key up to its seed (RFC 8410 §7). */
const ed25519Header = hexBytes('302e020100300506032b657004220420');

/** The private key that 32 bytes stand for. */
export function privateKeyOf(curve: DerivableCurve, secret: Uint8Array): KeyObject {
  if (curve === 'ed25519')
    return createPrivateKey({ key: Buffer.from(concatBytes(ed25519Header, secret)), format: 'der', type: 'pkcs8' });
  const ecdh = createECDH(curve);
  ecdh.setPrivateKey(secret);
  const point = new Uint8Array(ecdh.getPublicKey());
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map(base64urlText) as [string, string];
  return createPrivateKey({ key: { kty: 'EC', crv: jwkCurves[curve], d: base64urlText(secret), x, y }, format: 'jwk' });
}

/** The 32 bytes of a private key on one of these curves. */
export function secretOf(key: KeyObject): Uint8Array<ArrayBuffer> {
  return base64urlBytes(key.export({ format: 'jwk' }).d ?? '', 'private key');
}
