import { createHash, randomBytes } from 'node:crypto';
import { concatBytes, equalBytes } from '@securosys/core';

const digest = (hash: string, ...parts: Uint8Array[]): Uint8Array => {
  const h = createHash(hash);
  for (const part of parts) h.update(part);
  return h.digest();
};

/** RFC 8017 §B.2.1. */
function mgf1(hash: string, seed: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let counter = 0, have = 0; have < length; counter++) {
    const index = Uint8Array.of(counter >>> 24, counter >>> 16, counter >>> 8, counter);
    const block = digest(hash, seed, index);
    blocks.push(block);
    have += block.byteLength;
  }
  return concatBytes(...blocks).subarray(0, length);
}

/**
 * EMSA-PSS-ENCODE of a digest (RFC 8017 §9.1.1 from step 3 on) with a salt as long as the hash: `node:crypto` only signs
 * messages with PSS, and `NONESHA…_WITH_RSA_PSS` gets a digest.
 * @param modulusBits of the key, a multiple of 8
 */
export function emsaPssEncode(hash: string, messageDigest: Uint8Array, modulusBits: number): Uint8Array<ArrayBuffer> {
  const length = modulusBits / 8;
  const salt = randomBytes(messageDigest.byteLength);
  const h = digest(hash, new Uint8Array(8), messageDigest, salt);
  const data = new Uint8Array(length - h.byteLength - 1);
  data[data.byteLength - salt.byteLength - 1] = 1;
  data.set(salt, data.byteLength - salt.byteLength);
  const mask = mgf1(hash, h, data.byteLength);
  for (let i = 0; i < data.byteLength; i++) data[i] = (data[i] as number) ^ (mask[i] as number);
  data[0] = (data[0] as number) & 0x7f; // emBits is one less than the modulus
  return concatBytes(data, h, Uint8Array.of(0xbc));
}

/**
 * EMSA-PSS-VERIFY of a digest (RFC 8017 §9.1.2 from step 3 on) with a salt as long as the hash.
 * @param encoded what the public key makes of the signature
 */
export function emsaPssVerifies(hash: string, messageDigest: Uint8Array, encoded: Uint8Array): boolean {
  const size = messageDigest.byteLength;
  const data = Uint8Array.from(encoded.subarray(0, encoded.byteLength - size - 1));
  const h = encoded.subarray(data.byteLength, -1);
  if (data.byteLength < size + 2 || encoded.at(-1) !== 0xbc || ((data[0] as number) & 0x80) !== 0) return false;
  const mask = mgf1(hash, h, data.byteLength);
  for (let i = 0; i < data.byteLength; i++) data[i] = (data[i] as number) ^ (mask[i] as number);
  data[0] = (data[0] as number) & 0x7f;
  const separator = data.byteLength - size - 1;
  if (data[separator] !== 1 || data.subarray(0, separator).some((byte) => byte !== 0)) return false;
  return equalBytes(h, digest(hash, new Uint8Array(8), messageDigest, data.subarray(separator + 1)));
}
