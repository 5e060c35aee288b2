/** Signature algorithms of the wire (`tsb-rest-api.md` §3.3); this SDK itself asks for those of `SignatureAlgorithm` in `core`. */
export const tsbSignatureAlgorithms = [
  'SHA1_WITH_RSA',
  'SHA224_WITH_RSA',
  'SHA256_WITH_RSA',
  'SHA384_WITH_RSA',
  'SHA512_WITH_RSA',
  'SHA1_WITH_RSA_PSS',
  'SHA224_WITH_RSA_PSS',
  'SHA256_WITH_RSA_PSS',
  'SHA384_WITH_RSA_PSS',
  'SHA512_WITH_RSA_PSS',
  'NONE_WITH_RSA',
  'NONESHA1_WITH_RSA',
  'NONESHA224_WITH_RSA',
  'NONESHA256_WITH_RSA',
  'NONESHA384_WITH_RSA',
  'NONESHA512_WITH_RSA',
  'NONE_WITH_RSA_PSS',
  'NONESHA224_WITH_RSA_PSS',
  'NONESHA256_WITH_RSA_PSS',
  'NONESHA384_WITH_RSA_PSS',
  'NONESHA512_WITH_RSA_PSS',
  'NONE_WITH_DSA',
  'SHA1_WITH_DSA',
  'SHA224_WITH_DSA',
  'SHA256_WITH_DSA',
  'SHA384_WITH_DSA',
  'SHA512_WITH_DSA',
  'NONE_WITH_ECDSA',
  'SHA1_WITH_ECDSA',
  'SHA224_WITH_ECDSA',
  'SHA256_WITH_ECDSA',
  'SHA384_WITH_ECDSA',
  'SHA512_WITH_ECDSA',
  'SHA3224_WITH_ECDSA',
  'SHA3256_WITH_ECDSA',
  'SHA3384_WITH_ECDSA',
  'SHA3512_WITH_ECDSA',
  'SHA256_WITH_ECDSA_DETERMINISTIC',
  'DOUBLE_SHA256_WITH_ECDSA',
  'KECCAK224_WITH_ECDSA',
  'KECCAK256_WITH_ECDSA',
  'KECCAK384_WITH_ECDSA',
  'KECCAK512_WITH_ECDSA',
  'NONE_WITH_EC_SCHNORR_BIP0340',
  'EDDSA',
  'BLS',
  'ISS_KERL',
  'ML_DSA',
  'ML_DSA_M',
  'SLH_DSA',
  'SHA2_224_WITH_ML_DSA',
  'SHA2_256_WITH_ML_DSA',
  'SHA2_384_WITH_ML_DSA',
  'SHA2_512_WITH_ML_DSA',
  'SHA3_224_WITH_ML_DSA',
  'SHA3_256_WITH_ML_DSA',
  'SHA3_384_WITH_ML_DSA',
  'SHA3_512_WITH_ML_DSA',
  'SHAKE_128_WITH_ML_DSA',
  'SHAKE_256_WITH_ML_DSA',
  'SHA2_224_WITH_SLH_DSA',
  'SHA2_256_WITH_SLH_DSA',
  'SHA2_384_WITH_SLH_DSA',
  'SHA2_512_WITH_SLH_DSA',
  'SHA3_224_WITH_SLH_DSA',
  'SHA3_256_WITH_SLH_DSA',
  'SHA3_384_WITH_SLH_DSA',
  'SHA3_512_WITH_SLH_DSA',
  'SHAKE_128_WITH_SLH_DSA',
  'SHAKE_256_WITH_SLH_DSA',
  'LMS',
  'XMSS-SHA256_10_256',
  'XMSS-SHAKE256_10_256',
] as const;
/** One of {@link tsbSignatureAlgorithms}. */
export type TsbSignatureAlgorithm = (typeof tsbSignatureAlgorithms)[number];

/** What older servers call the signatures of post-quantum keys (§3.3; §8, 15). Understood, never sent. */
export const draftSignatureAlgorithms = ['DILITHIUM', 'SPHINCS_PLUS', 'KYBER'] as const;
/** One of {@link draftSignatureAlgorithms}. */
export type DraftSignatureAlgorithm = (typeof draftSignatureAlgorithms)[number];

/** How this SDK asks for an ECDSA result: ASN.1 DER, or r‖s (IEEE P1363; Ed25519: its 64 bytes). */
export const signatureTypes = ['DER', 'RAW'] as const;
/** One of {@link signatureTypes}. */
export type SignatureType = (typeof signatureTypes)[number];

/** Every form of a result that the wire knows; `ETH` is r‖s‖v, for `KECCAK256_WITH_ECDSA` on secp256k1 only (§3.3). */
export const tsbSignatureTypes = [...signatureTypes, 'ETH'] as const;
/** One of {@link tsbSignatureTypes}. */
export type TsbSignatureType = (typeof tsbSignatureTypes)[number];
