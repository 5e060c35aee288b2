import { concatBytes, nodeCrypto, wipe } from '@securosys/core';
import { malformed } from './ber.js';
import type { DerivationBudget } from './derivation-budget.js';

/** What the derived bytes are for (RFC 7292 B.3). */
export const purposes = { key: 1, iv: 2, mac: 3 } as const;

const blockBytes: Readonly<Record<string, number>> = { sha1: 64, sha224: 64, sha256: 64, sha384: 128, sha512: 128 };

/** Rounds between two pauses: some milliseconds. */
const roundsAtOnce = 4_096;

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

/** What bytes are derived from. */
export interface Pkcs12Derivation {
  /** Name for `node:crypto`. */
  readonly hash: string;
  readonly password: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/**
 * Bytes from a password, as PKCS#12 itself derives them (RFC 7292 appendix B.2): for the MAC, and for the ciphers before PBES2. No
 * library does this beside the event loop, so it pauses.
 * @throws SignError `ERR_LIMIT`, `ERR_MALFORMED`, and as the budget does
 */
export async function pkcs12Bytes(
  { hash, password, salt, iterations }: Pkcs12Derivation,
  purpose: number,
  length: number,
  budget: DerivationBudget,
): Promise<Uint8Array<ArrayBuffer>> {
  const size = blockBytes[hash] ?? malformed('its hash is unknown');
  const { createHash } = nodeCrypto();
  budget.spend(iterations, Math.ceil(length / createHash(hash).digest().byteLength), salt);
  const secret = bmpPassword(password);
  const blocks = concatBytes(filled(salt, size), filled(secret, size));
  const diversifier = new Uint8Array(size).fill(purpose);
  const out = new Uint8Array(length);
  try {
    for (let done = 0; done < length; ) {
      let digest = createHash(hash).update(diversifier).update(blocks).digest();
      for (let round = 1; round < iterations; round++) {
        if (round % roundsAtOnce === 0) await budget.pause();
        digest = createHash(hash).update(digest).digest();
      }
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
