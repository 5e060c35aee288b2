import { equalBytes, nodeCrypto } from '@securosys/core';

/** Lengths of the digests of SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512. */
const digestLengths = [20, 28, 32, 48, 64];

/** `SEQUENCE { SEQUENCE { OID …` that is exactly as long as it says: a DigestInfo (RFC 8017 §9.2), what RSA PKCS#1 v1.5 signs. */
function isDigestInfo(bytes: Uint8Array): boolean {
  return bytes[0] === 0x30 && bytes[1] === bytes.byteLength - 2 && bytes[2] === 0x30 && bytes[4] === 0x06;
}

/** Bytes of the modulus; `undefined` for any other key, and for one that this runtime does not know. */
function modulusBytes(spki: Uint8Array): number | undefined {
  try {
    const key = nodeCrypto().createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    const bits = key.asymmetricKeyDetails?.modulusLength;
    return bits === undefined ? undefined : Math.ceil(bits / 8);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/**
 * Whether bytes to be decrypted could be what a signature is made of (S4): a digest, a DigestInfo, a block padded for a signature, or
 * anything that is no ciphertext of the key.
 */
export function couldBeSigned(payload: Uint8Array | undefined, spki: Uint8Array): boolean {
  if (payload === undefined || digestLengths.includes(payload.byteLength) || isDigestInfo(payload)) return true;
  if (equalBytes(payload.subarray(0, 3), Uint8Array.of(0, 1, 0xff))) return true;
  const modulus = modulusBytes(spki);
  return modulus !== undefined && payload.byteLength !== modulus;
}
