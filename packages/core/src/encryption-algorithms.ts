import type { HashName } from './bytes.js';
import { SignError } from './errors.js';

/**
 * How a backend encrypts to a key and decrypts with it. OAEP means MGF1 with the same hash and an empty label. `rsa-pkcs1` (PKCS#1
 * v1.5) is for reading what others wrote: it has no proof against chosen ciphertexts, and nothing picks it by itself (S16).
 */
export type EncryptionAlgorithm = 'rsa-oaep-sha1' | 'rsa-oaep-sha256' | 'rsa-oaep-sha384' | 'rsa-oaep-sha512' | 'rsa-pkcs1';

/** What an encryption algorithm is made of. */
export interface EncryptionFacts {
  readonly padding: 'oaep' | 'pkcs1';
  /** Hash of OAEP and of its mask; `undefined` for PKCS#1 v1.5. */
  readonly hash: HashName | 'sha1' | undefined;
}

const algorithms: Readonly<Record<EncryptionAlgorithm, EncryptionFacts>> = {
  'rsa-oaep-sha1': { padding: 'oaep', hash: 'sha1' },
  'rsa-oaep-sha256': { padding: 'oaep', hash: 'sha256' },
  'rsa-oaep-sha384': { padding: 'oaep', hash: 'sha384' },
  'rsa-oaep-sha512': { padding: 'oaep', hash: 'sha512' },
  'rsa-pkcs1': { padding: 'pkcs1', hash: undefined },
};

/** Every encryption algorithm, in the order of {@link EncryptionAlgorithm}. */
export const encryptionAlgorithms = Object.keys(algorithms) as readonly EncryptionAlgorithm[];

/**
 * Padding and hash of an encryption algorithm.
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED` for a name that is none
 */
export function encryptionFacts(algorithm: EncryptionAlgorithm): EncryptionFacts {
  if (!encryptionAlgorithms.includes(algorithm))
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `unknown encryption algorithm '${String(algorithm).slice(0, 40)}'`);
  return algorithms[algorithm];
}
