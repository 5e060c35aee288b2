import type { KeyObject } from 'node:crypto';
import { isModulusLong, nodeCrypto, ownBytes } from '@securosys/core';

/** The raw RSA operation: official builds of Node 20 leave PKCS#1 v1.5 out (CVE-2023-46809, `ocicrypt.md` §9.2). */
function rawBlock(key: KeyObject, ciphertext: Uint8Array): Uint8Array | undefined {
  const crypto = nodeCrypto();
  if (!isModulusLong(key, ciphertext)) return undefined;
  try {
    return crypto.privateDecrypt({ key, padding: crypto.constants.RSA_NO_PADDING }, ciphertext);
  } catch {
    return undefined; // not below the modulus: a public fact
  }
}

/**
 * Takes the padding of PKCS#1 v1.5 off (RFC 8017 §7.2.2) for a content key of a known length. A block that is not padded so gives a random
 * key, so that it fails later and like every other (RFC 3218 §2.3.2, S16). All bytes are looked at, whatever is in them.
 * @param keyBytes length of the content key
 */
export function decryptPkcs1(key: KeyObject, ciphertext: Uint8Array, keyBytes = 16): Uint8Array | undefined {
  const block = rawBlock(key, ciphertext);
  if (!block) return undefined;
  const start = block.byteLength - keyBytes;
  let bad = (block[0] as number) | ((block[1] as number) ^ 2) | (block[start - 1] as number);
  // Padding bytes are not zero: `(b - 1) >> 8` is all ones for zero and nothing for every other byte.
  for (let at = 2; at < start - 1; at++) bad |= ((block[at] as number) - 1) >> 8;
  const substitute = nodeCrypto().randomBytes(keyBytes);
  // All ones when nothing was bad.
  const mask = ~((bad | -bad) >> 31);
  const out = new Uint8Array(keyBytes);
  for (let at = 0; at < keyBytes; at++) out[at] = ((block[start + at] as number) & mask) | ((substitute[at] as number) & ~mask);
  block.fill(0);
  return ownBytes(out);
}
