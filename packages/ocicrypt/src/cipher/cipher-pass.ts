import { nodeCrypto, ownBytes } from '@securosys/core';

/** What one pass over a layer finds out. */
export interface PassResult {
  /** HMAC-SHA256 of the ciphertext, 32 bytes. */
  readonly mac: Uint8Array;
  /** Of the ciphertext. */
  readonly cipherDigest: string;
  /** Of the plaintext. */
  readonly plainDigest: string;
  /** Bytes; the cipher adds none. */
  readonly size: number;
}

/** AES-256-CTR, the MAC and both digests over pieces that come one after the other (`ocicrypt.md` §5). */
export interface CipherPass {
  /** The piece on the other side of the cipher, in memory of its own. */
  update(piece: Uint8Array): Uint8Array<ArrayBuffer>;
  finish(): PassResult;
}

/** A view without Node's `Buffer` in its type, and without its pool (S39). */
function plain(bytes: Buffer): Uint8Array<ArrayBuffer> {
  return bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer
    ? new Uint8Array(bytes.buffer)
    : ownBytes(bytes);
}

/** Starts a pass. It keeps neither `key` nor `nonce`: what holds them is inside OpenSSL. */
export function cipherPass(direction: 'encrypt' | 'decrypt', key: Uint8Array, nonce: Uint8Array): CipherPass {
  const { createCipheriv, createHash, createHmac } = nodeCrypto();
  // Counter mode is the same in both directions.
  const cipher = createCipheriv('aes-256-ctr', key, nonce);
  const mac = createHmac('sha256', key);
  const before = createHash('sha256');
  const after = createHash('sha256');
  let size = 0;
  return {
    update(piece) {
      const out = plain(cipher.update(piece));
      size += piece.byteLength;
      before.update(piece);
      after.update(out);
      mac.update(direction === 'encrypt' ? out : piece);
      return out;
    },
    finish() {
      const [input, output] = [before.digest('hex'), after.digest('hex')].map((hex) => `sha256:${hex}`) as [string, string];
      const [plainDigest, cipherDigest] = direction === 'encrypt' ? [input, output] : [output, input];
      return { mac: ownBytes(mac.digest()), cipherDigest, plainDigest, size };
    },
  };
}
