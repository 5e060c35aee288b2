import { constants, type KeyObject, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { concatBytes, ownBytes } from '@securosys/core';
import { failure } from '../failure.js';
import { errorOfFailedDecryption, oaepHashOfBareName } from '../inferred.js';

type Padding = { readonly kind: 'oaep'; readonly hash: string } | { readonly kind: 'pkcs1' } | { readonly kind: 'none' };

const oaep = (hash: string): Padding => ({ kind: 'oaep', hash });

/** RSA ciphers of §3.4. MGF1 goes with the hash of OAEP. */
const paddings: Readonly<Record<string, Padding>> = {
  RSA_PADDING_OAEP: oaep(oaepHashOfBareName),
  RSA_PADDING_OAEP_WITH_SHA1: oaep('sha1'),
  RSA_PADDING_OAEP_WITH_SHA224: oaep('sha224'),
  RSA_PADDING_OAEP_WITH_SHA256: oaep('sha256'),
  RSA_PADDING_OAEP_WITH_SHA384: oaep('sha384'),
  RSA_PADDING_OAEP_WITH_SHA512: oaep('sha512'),
  RSA: { kind: 'pkcs1' },
  RSA_PADDING_PKCS: { kind: 'pkcs1' },
  RSA_NO_PADDING: { kind: 'none' },
};

/** Whether the name is one of an RSA cipher. */
export function isRsaCipher(name: string): boolean {
  return Object.hasOwn(paddings, name);
}

const modulusBytes = (key: KeyObject): number => (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;

/** The block as wide as the modulus, zeros before it: what `RSA_NO_PADDING` computes on. */
function leftPadded(bytes: Uint8Array, width: number): Uint8Array {
  return concatBytes(new Uint8Array(width - bytes.byteLength), bytes);
}

/** RFC 8017 §7.2.1 step 2: at least eight random octets, none of them zero. */
function pkcs1Block(payload: Uint8Array, width: number): Uint8Array {
  const filler = Uint8Array.from(randomBytes(width - payload.byteLength - 3), (byte) => byte || 1);
  return concatBytes(Uint8Array.of(0, 2), filler, Uint8Array.of(0), payload);
}

/** RFC 8017 §7.2.2 step 3. */
function pkcs1Payload(block: Uint8Array): Uint8Array {
  const end = block.indexOf(0, 2);
  if (block[0] !== 0 || block[1] !== 2 || end < 10) throw failure(errorOfFailedDecryption, 'the payload cannot be decrypted');
  return block.subarray(end + 1);
}

/** Most bytes that fit. */
function capacity(padding: Padding, width: number): number {
  if (padding.kind === 'none') return width;
  if (padding.kind === 'pkcs1') return width - 11;
  const digest = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 }[padding.hash] ?? 64;
  return width - 2 * digest - 2;
}

/**
 * Encrypts with an RSA public key.
 * @param name one of §3.4
 * @returns as many bytes as the modulus has
 * @throws SignError with the TSB error 612 for a payload that does not fit
 */
export function rsaEncrypt(key: KeyObject, name: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const padding = paddings[name] as Padding;
  const width = modulusBytes(key);
  if (payload.byteLength > capacity(padding, width)) throw failure(612, 'the payload is too long for the key and its padding');
  if (padding.kind === 'oaep')
    return ownBytes(publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: padding.hash }, payload));
  const block = padding.kind === 'pkcs1' ? pkcs1Block(payload, width) : leftPadded(payload, width);
  try {
    return ownBytes(publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, block));
  } catch {
    throw failure(612, 'the payload is no number below the modulus');
  }
}

/**
 * Decrypts with an RSA private key. PKCS#1 v1.5 is unpadded here, because some versions of Node refuse to.
 * @param name one of §3.4; `RSA_NO_PADDING` gives the full block, zeros included
 * @throws SignError with the TSB error for a payload that cannot be decrypted, the same for every reason
 */
export function rsaDecrypt(key: KeyObject, name: string, ciphertext: Uint8Array): Uint8Array<ArrayBuffer> {
  const padding = paddings[name] as Padding;
  if (ciphertext.byteLength !== modulusBytes(key)) throw failure(errorOfFailedDecryption, 'the payload cannot be decrypted');
  try {
    if (padding.kind === 'oaep')
      return ownBytes(privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: padding.hash }, ciphertext));
    const block = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, ciphertext);
    return ownBytes(padding.kind === 'pkcs1' ? pkcs1Payload(block) : block);
  } catch {
    throw failure(errorOfFailedDecryption, 'the payload cannot be decrypted');
  }
}
