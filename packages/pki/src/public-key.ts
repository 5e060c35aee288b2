import type { KeyObject } from 'node:crypto';
import { base64urlText, hexText, nodeCrypto, publicKeyFromSpki } from '@securosys/core';
import { DerReader, malformed, tags, unsignedInteger } from './reader.js';

/** `AlgorithmIdentifier { rsaEncryption, NULL }` (RFC 3279 §2.3.1). */
const rsaEncryption = '300d06092a864886f70d0101010500';

/** Keys read lately, by their bytes. A verifier meets the same few CAs again and again; no result of any check is kept. */
const recent = new Map<string, KeyObject>();
const maxRecent = 64;
const maxRecentBytes = 1024;

function readKey(spki: Uint8Array): KeyObject {
  const outer = DerReader.over(spki, tags.sequence, 'public key');
  const algorithm = outer.take(tags.sequence);
  const bits = outer.contents(outer.take(tags.bitString));
  outer.end();
  if (bits[0] !== 0) malformed('public key has unused bits');
  if (hexText(spki.subarray(algorithm.start, algorithm.end)) !== rsaEncryption) return publicKeyFromSpki(spki);
  const pair = DerReader.over(bits.subarray(1), tags.sequence, 'RSA public key');
  const n = unsignedInteger(pair.contents(pair.take(tags.integer)), 'RSA modulus');
  const e = unsignedInteger(pair.contents(pair.take(tags.integer)), 'RSA exponent');
  pair.end();
  try {
    return nodeCrypto().createPublicKey({ key: { kty: 'RSA', n: base64urlText(n), e: base64urlText(e) }, format: 'jwk' });
  } catch {
    return malformed('public key is none that this runtime knows');
  }
}

/**
 * A `KeyObject` of SubjectPublicKeyInfo DER. RSA keys are handed over as numbers: OpenSSL 3 takes 7 µs for those and 150 µs
 * for the same key in DER, half of what verifying a whole signature may cost. Other keys gain nothing by it.
 * @throws SignError `ERR_MALFORMED`
 */
export function publicKeyOfSpki(spki: Uint8Array): KeyObject {
  if (spki.byteLength > maxRecentBytes) return readKey(spki);
  const name = Buffer.from(spki.buffer, spki.byteOffset, spki.byteLength).toString('latin1');
  const known = recent.get(name);
  const key = known ?? readKey(spki);
  // Moved to the end: what is met again and again, a CA, outlives what is met once.
  recent.delete(name);
  const [oldest] = recent.keys();
  if (recent.size >= maxRecent && oldest !== undefined) recent.delete(oldest);
  recent.set(name, key);
  return key;
}

/** Contents of the `subjectPublicKey` BIT STRING, which key identifiers are hashes of: a view. @throws SignError `ERR_MALFORMED` */
export function publicKeyBits(spki: Uint8Array): Uint8Array {
  const outer = DerReader.over(spki, tags.sequence, 'public key');
  outer.take(tags.sequence);
  const bits = outer.contents(outer.take(tags.bitString));
  outer.end();
  return bits[0] === 0 ? bits.subarray(1) : malformed('public key has unused bits');
}
