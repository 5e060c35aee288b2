import {
  type CipherGCM,
  type CipherGCMTypes,
  createCipheriv,
  createDecipheriv,
  type DecipherGCM,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { concatBytes, ownBytes } from '@securosys/core';
import { failure } from '../failure.js';
import { chacha20Counter, errorOfFailedDecryption } from '../inferred.js';
import type { CipherInput, Encrypted } from './cipher-result.js';

/** Algorithms of keys with these ciphers. */
export type CipherFamily = 'AES' | 'Camellia' | 'TDEA' | 'ChaCha20';

interface Mode {
  readonly family: CipherFamily;
  /** OpenSSL's name, by the length of the key in bits. */
  openssl(bits: number): string;
  /** Bytes. */
  readonly iv: number;
  /** The payload has to be a multiple of it, unless it is padded. */
  readonly block: number;
  readonly padded: boolean;
  /** Lengths of the tag in bits; none for ciphers that do not authenticate. */
  readonly tags: readonly number[];
}

const mode = (family: CipherFamily, openssl: Mode['openssl'], iv: number, block = 1, padded = false): Mode => {
  return { family, openssl, iv, block, padded, tags: [] };
};
const aes = (name: string) => (bits: number) => `aes-${bits}-${name}`;
const camellia = (name: string) => (bits: number) => `camellia-${bits}-${name}`;
const tdea = (name: string) => () => `des-ede3-${name}`;

/** Secret-key ciphers of §3.4. Bare names are CBC with the padding of PKCS#7. */
const modes: Readonly<Record<string, Mode>> = {
  AES_GCM: { ...mode('AES', aes('gcm'), 12), tags: [64, 96, 104, 112, 120, 128] },
  AES_CTR: mode('AES', aes('ctr'), 16),
  AES_ECB: mode('AES', aes('ecb'), 0, 16),
  AES_CBC_NO_PADDING: mode('AES', aes('cbc'), 16, 16),
  AES: mode('AES', aes('cbc'), 16, 16, true),
  CHACHA20: mode('ChaCha20', () => 'chacha20', 12),
  CHACHA20_AEAD: { ...mode('ChaCha20', () => 'chacha20-poly1305', 12), tags: [128] },
  CAMELLIA: mode('Camellia', camellia('cbc'), 16, 16, true),
  CAMELLIA_CBC_NO_PADDING: mode('Camellia', camellia('cbc'), 16, 16),
  CAMELLIA_ECB: mode('Camellia', camellia('ecb'), 0, 16),
  TDEA_CBC: mode('TDEA', tdea('cbc'), 8, 8, true),
  TDEA_ECB: mode('TDEA', tdea('ecb'), 0, 8),
  TDEA_CBC_NO_PADDING: mode('TDEA', tdea('cbc'), 8, 8),
};

/** The family of a secret-key cipher; `undefined` for other names. */
export function cipherFamily(name: string): CipherFamily | undefined {
  return Object.hasOwn(modes, name) ? modes[name]?.family : undefined;
}

/** The length of the tag in bits; 0 for ciphers without one. @throws SignError with the TSB error 624 */
export function checkedTagLength(name: string, tagLength: number): number {
  const { tags } = modes[name] as Mode;
  if (tags.length === 0) {
    if (tagLength !== 0) throw failure(624, `${name} makes no authentication tag`);
    return 0;
  }
  // The one cipher with a fixed length does not need to be told.
  if (tagLength === 0 && tags.length === 1) return tags[0] as number;
  if (!tags.includes(tagLength)) throw failure(624, `a tag of ${name} has ${tags.join(', ')} bits`);
  return tagLength;
}

const ivForOpenssl = (name: string, iv: Uint8Array): Uint8Array => (name === 'CHACHA20' ? concatBytes(chacha20Counter, iv) : iv);

const cipherOf = (key: KeyObject, { openssl }: Mode) => openssl((key.symmetricKeySize ?? 0) * 8) as CipherGCMTypes;
const options = (tagBits: number) => (tagBits > 0 ? { authTagLength: tagBits / 8 } : undefined);

/**
 * Encrypts with a fresh initialisation vector.
 * @param name one of §3.4 that {@link cipherFamily} knows
 * @throws SignError with the TSB error 612 for a payload that is no multiple of the block where nothing is padded, 624
 */
export function secretEncrypt(key: KeyObject, name: string, payload: Uint8Array, input: Omit<CipherInput, 'iv'>): Encrypted {
  const found = modes[name] as Mode;
  const tagBits = checkedTagLength(name, input.tagLength);
  if (!found.padded && payload.byteLength % found.block !== 0)
    throw failure(612, `the payload of ${name} has to be a multiple of ${found.block} bytes`);
  const iv = new Uint8Array(randomBytes(found.iv));
  const cipher = createCipheriv(cipherOf(key, found), key, ivForOpenssl(name, iv), options(tagBits)) as CipherGCM;
  cipher.setAutoPadding(found.padded);
  if (input.aad && tagBits > 0) cipher.setAAD(input.aad);
  const ciphertext = concatBytes(cipher.update(payload), cipher.final());
  return {
    ciphertext,
    ...(found.iv > 0 && { iv }),
    ...(tagBits > 0 && { tag: ownBytes(cipher.getAuthTag()) }),
  };
}

/**
 * Decrypts; with an authenticating cipher the last bytes of the payload are the tag.
 * @throws SignError with the TSB error 612 for an initialisation vector of another length, 624, and the one for a payload that cannot be decrypted
 */
export function secretDecrypt(key: KeyObject, name: string, payload: Uint8Array, input: CipherInput): Uint8Array<ArrayBuffer> {
  const found = modes[name] as Mode;
  const tagBits = checkedTagLength(name, input.tagLength);
  const iv = input.iv ?? new Uint8Array(0);
  if (iv.byteLength !== found.iv) throw failure(612, `the initialization vector of ${name} has ${found.iv} bytes`);
  const end = payload.byteLength - tagBits / 8;
  try {
    const decipher = createDecipheriv(cipherOf(key, found), key, ivForOpenssl(name, iv), options(tagBits)) as DecipherGCM;
    decipher.setAutoPadding(found.padded);
    if (tagBits > 0) {
      decipher.setAuthTag(payload.subarray(end));
      decipher.setAAD(input.aad ?? new Uint8Array(0));
    }
    return concatBytes(decipher.update(payload.subarray(0, end)), decipher.final());
  } catch {
    throw failure(errorOfFailedDecryption, 'the payload cannot be decrypted');
  }
}
