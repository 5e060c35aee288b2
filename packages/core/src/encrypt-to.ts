import type { KeyObject } from 'node:crypto';
import { ownBytes } from './bytes.js';
import { type EncryptionAlgorithm, encryptionFacts } from './encryption-algorithms.js';
import { SignError } from './errors.js';
import { nodeCrypto } from './node-modules.js';

/** How `node:crypto` wants to be asked for one of our encryption algorithms. */
export function encryptionParameters(algorithm: EncryptionAlgorithm): { padding: number; oaepHash?: string } {
  const { constants } = nodeCrypto();
  const { padding, hash } = encryptionFacts(algorithm);
  return padding === 'oaep' && hash
    ? { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash }
    : { padding: constants.RSA_PKCS1_PADDING };
}

/**
 * Encrypts to a key that is known, which takes no backend: whoever holds the private half reads it, and nobody in between can put
 * another key in its place (S7).
 * @param key RSA, public or private
 * @returns one block, as long as the modulus
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED` for an unknown algorithm or a key that is none of RSA; `ERR_LIMIT` for a plaintext
 * that one block cannot hold
 */
export function encryptTo(key: KeyObject, algorithm: EncryptionAlgorithm, plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
  const parameters = encryptionParameters(algorithm);
  if (key.asymmetricKeyType !== 'rsa') throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${algorithm} needs an RSA key`);
  try {
    return ownBytes(nodeCrypto().publicEncrypt({ key, ...parameters }, plaintext));
  } catch (cause) {
    throw new SignError('ERR_LIMIT', 'the plaintext does not fit into one block of this key', { cause });
  }
}
