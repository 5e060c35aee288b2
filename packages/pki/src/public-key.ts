import { createPublicKey, type KeyObject } from 'node:crypto';
import { base64urlText, hexText, publicKeyFromSpki, readDer } from '@securosys/core';
import { DerReader, malformed, tags, unsignedInteger } from './reader.js';

/** `AlgorithmIdentifier { rsaEncryption, NULL }` (RFC 3279 §2.3.1). */
const rsaEncryption = '300d06092a864886f70d0101010500';

/**
 * A `KeyObject` of SubjectPublicKeyInfo DER. RSA keys are handed over as numbers: OpenSSL 3 takes 7 µs for those and 150 µs
 * for the same key in DER, half of what verifying a whole signature may cost. Other keys gain nothing by it.
 * @throws SignError `ERR_MALFORMED`
 */
export function publicKeyOfSpki(spki: Uint8Array): KeyObject {
  const outer = DerReader.whole(spki, tags.sequence, 'public key');
  const algorithm = outer.take(tags.sequence);
  const bits = outer.contents(outer.take(tags.bitString));
  outer.end();
  if (bits[0] !== 0) malformed('public key has unused bits');
  if (hexText(spki.subarray(algorithm.start, algorithm.end)) !== rsaEncryption) return publicKeyFromSpki(spki);
  const pair = new DerReader(bits, readDer(bits, 1, bits.byteLength, 'RSA public key'), 'RSA public key');
  const n = unsignedInteger(pair.contents(pair.take(tags.integer)), 'RSA modulus');
  const e = unsignedInteger(pair.contents(pair.take(tags.integer)), 'RSA exponent');
  pair.end();
  try {
    return createPublicKey({ key: { kty: 'RSA', n: base64urlText(n), e: base64urlText(e) }, format: 'jwk' });
  } catch {
    return malformed('public key is none that this runtime knows');
  }
}
