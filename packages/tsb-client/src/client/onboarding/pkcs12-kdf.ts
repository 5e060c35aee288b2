import { concatBytes, nodeCrypto, SignError, wipe } from '@securosys/core';
import { malformed } from './ber.js';

/** What the derived bytes are for (RFC 7292 B.3). */
export const purposes = { key: 1, iv: 2, mac: 3 } as const;

const blockBytes: Readonly<Record<string, number>> = { sha1: 64, sha224: 64, sha256: 64, sha384: 128, sha512: 128 };

/** Most iterations that anybody is made to compute: a hundred times what is usual. */
export const maxIterations = 1_000_000;
const maxSaltBytes = 1024;

/** @throws SignError `ERR_LIMIT`, `ERR_MALFORMED` */
export function checkCost(iterations: number, salt: Uint8Array): void {
  if (iterations > maxIterations) throw new SignError('ERR_LIMIT', `PKCS#12 file asks for over ${maxIterations} iterations`);
  if (iterations < 1 || salt.byteLength > maxSaltBytes) malformed('its key derivation is out of range');
}

/** `bytes` again and again up to the next multiple of `size`. */
function filled(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(Math.ceil(bytes.byteLength / size) * size);
  for (let at = 0; at < out.byteLength; at++) out[at] = bytes[at % bytes.byteLength] ?? 0;
  return out;
}

/** Adds `addend + 1` to each of the blocks, as big-endian numbers modulo 2^(8 × size). */
function addToBlocks(blocks: Uint8Array, addend: Uint8Array): void {
  const size = addend.byteLength;
  for (let start = 0; start < blocks.byteLength; start += size) {
    let carry = 1;
    for (let at = size - 1; at >= 0; at--) {
      carry += (blocks[start + at] ?? 0) + (addend[at] ?? 0);
      blocks[start + at] = carry;
      carry >>= 8;
    }
  }
}

/** The password as a BMPString with its final zero: UTF-16 big-endian (RFC 7292 B.1). */
function bmpPassword(password: string): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(2 * password.length + 2);
  for (let at = 0; at < password.length; at++) new DataView(out.buffer).setUint16(2 * at, password.charCodeAt(at));
  return out;
}

/**
 * Bytes from a password, as PKCS#12 itself derives them (RFC 7292 appendix B.2): for the MAC, and for the ciphers before PBES2.
 * @param hash name for `node:crypto`
 */
export function pkcs12Bytes(
  hash: string,
  password: string,
  salt: Uint8Array,
  iterations: number,
  purpose: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  checkCost(iterations, salt);
  const size = blockBytes[hash] ?? malformed('its hash is unknown');
  const secret = bmpPassword(password);
  const blocks = concatBytes(filled(salt, size), filled(secret, size));
  const diversifier = new Uint8Array(size).fill(purpose);
  const { createHash } = nodeCrypto();
  const out = new Uint8Array(length);
  try {
    for (let done = 0; done < length; ) {
      let digest = createHash(hash).update(diversifier).update(blocks).digest();
      for (let round = 1; round < iterations; round++) digest = createHash(hash).update(digest).digest();
      out.set(digest.subarray(0, length - done), done);
      done += digest.byteLength;
      addToBlocks(blocks, filled(digest, size).subarray(0, size));
    }
    return out;
  } finally {
    wipe(secret);
    wipe(blocks);
  }
}
