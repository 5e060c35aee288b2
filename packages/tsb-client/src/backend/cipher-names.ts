import { type EncryptionAlgorithm, encryptionFacts } from '@securosys/core';
import type { CipherAlgorithm } from '../api/algorithms.js';

/** What the API calls our encryption algorithms (`tsb-rest-api.md` §3.4). The bare names would leave the padding to the HSM. */
const names: Readonly<Record<EncryptionAlgorithm, CipherAlgorithm>> = {
  'rsa-oaep-sha1': 'RSA_PADDING_OAEP_WITH_SHA1',
  'rsa-oaep-sha256': 'RSA_PADDING_OAEP_WITH_SHA256',
  'rsa-oaep-sha384': 'RSA_PADDING_OAEP_WITH_SHA384',
  'rsa-oaep-sha512': 'RSA_PADDING_OAEP_WITH_SHA512',
  'rsa-pkcs1': 'RSA_PADDING_PKCS',
};

/** The API's name of an encryption algorithm. @throws SignError `ERR_ALGORITHM_UNSUPPORTED` */
export function cipherNameOf(algorithm: EncryptionAlgorithm): CipherAlgorithm {
  encryptionFacts(algorithm);
  return names[algorithm];
}
