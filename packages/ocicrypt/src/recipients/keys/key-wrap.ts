import { concatBytes, nodeCrypto, ownBytes, utf8Bytes } from '@securosys/core';

/** RFC 3394 §2.2.3.1. */
const initialValue = new Uint8Array(8).fill(0xa6);

const uint32 = (value: number): Uint8Array => {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
};

/**
 * The key-encryption key of `ECDH-ES+A…KW`: the Concat KDF of NIST SP 800-56A with SHA-256 and no party information, one round
 * (RFC 7518 §4.6.2).
 * @param secret x-coordinate of the shared point, as wide as the curve
 * @param algorithm the JOSE name, which the key is bound to
 */
export function agreedKey(secret: Uint8Array, algorithm: string, bytes: 16 | 24 | 32): Uint8Array<ArrayBuffer> {
  const name = utf8Bytes(algorithm);
  const info = concatBytes(uint32(name.byteLength), name, uint32(0), uint32(0), uint32(bytes * 8));
  const round = nodeCrypto().createHash('sha256').update(uint32(1)).update(secret).update(info).digest();
  const key = ownBytes(round.subarray(0, bytes));
  round.fill(0);
  return key;
}

/** AES key wrap (RFC 3394), with a key-encryption key of 16, 24 or 32 bytes. */
export function wrapKey(kek: Uint8Array, key: Uint8Array): Uint8Array<ArrayBuffer> {
  const cipher = nodeCrypto().createCipheriv(`id-aes${kek.byteLength * 8}-wrap`, kek, initialValue);
  return ownBytes(Buffer.concat([cipher.update(key), cipher.final()]));
}

/** The wrapped key; `undefined` when it was not wrapped with this one. */
export function unwrapKey(kek: Uint8Array, wrapped: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  try {
    const decipher = nodeCrypto().createDecipheriv(`id-aes${kek.byteLength * 8}-wrap`, kek, initialValue);
    return ownBytes(Buffer.concat([decipher.update(wrapped), decipher.final()]));
  } catch {
    return undefined; // the reason would be nothing but this one
  }
}
