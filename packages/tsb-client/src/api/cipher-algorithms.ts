/** Cipher algorithms (`tsb-rest-api.md` §3.4). The bare names leave padding or mode to the HSM: prefer the exact ones. */
export const cipherAlgorithms = [
  'RSA_PADDING_OAEP',
  'RSA_PADDING_OAEP_WITH_SHA1',
  'RSA_PADDING_OAEP_WITH_SHA224',
  'RSA_PADDING_OAEP_WITH_SHA256',
  'RSA_PADDING_OAEP_WITH_SHA384',
  'RSA_PADDING_OAEP_WITH_SHA512',
  'RSA',
  'RSA_PADDING_PKCS',
  'RSA_NO_PADDING',
  'AES_GCM',
  'AES_CTR',
  'AES_ECB',
  'AES_CBC_NO_PADDING',
  'AES',
  'CHACHA20',
  'CHACHA20_AEAD',
  'CAMELLIA',
  'CAMELLIA_CBC_NO_PADDING',
  'CAMELLIA_ECB',
  'TDEA_CBC',
  'TDEA_ECB',
  'TDEA_CBC_NO_PADDING',
] as const;
/** One of {@link cipherAlgorithms}. */
export type CipherAlgorithm = (typeof cipherAlgorithms)[number];

/** Lengths of an authentication tag in bits (§3.6); 0 for ciphers without one. */
export const tagLengths = [0, 64, 96, 104, 112, 120, 128] as const;
/** One of {@link tagLengths}. */
export type TagLength = (typeof tagLengths)[number];

/**
 * Wrap methods (§3.5). The suffix names the family of the wrapped key, none means a symmetric one; `AES_WRAP…` needs an AES
 * wrapping key and `RSA_WRAP_…` an RSA one.
 */
export const wrapMethods = [
  'AES_WRAP',
  'AES_WRAP_DSA',
  'AES_WRAP_EC',
  'AES_WRAP_ED',
  'AES_WRAP_RSA',
  'AES_WRAP_BLS',
  'AES_WRAP_PAD',
  'AES_WRAP_PAD_DSA',
  'AES_WRAP_PAD_EC',
  'AES_WRAP_PAD_ED',
  'AES_WRAP_PAD_RSA',
  'AES_WRAP_PAD_BLS',
  'RSA_WRAP_PAD',
  'RSA_WRAP_OAEP',
] as const;
/** One of {@link wrapMethods}. */
export type WrapMethod = (typeof wrapMethods)[number];

/** Wrap methods that one client lists and servers were seen to refuse (§3.5; §8, 16). */
export const experimentalWrapMethods = ['ML-KEM-512', 'ML-KEM-768', 'ML-KEM-1024'] as const;
/** One of {@link experimentalWrapMethods}. */
export type ExperimentalWrapMethod = (typeof experimentalWrapMethods)[number];
