/** Key algorithms that can be asked for (`tsb-rest-api.md` §3.1), in the exact case of the wire. */
export const tsbKeyAlgorithms = [
  'RSA',
  'EC',
  'ED',
  'DSA',
  'BLS',
  'ISS',
  'AES',
  'ChaCha20',
  'Camellia',
  'TDEA',
  'HMACSHA256',
  'ML-DSA-44',
  'ML-DSA-65',
  'ML-DSA-87',
  'SLH-DSA-SHA2-128s',
  'SLH-DSA-SHA2-128f',
  'SLH-DSA-SHA2-192s',
  'SLH-DSA-SHA2-192f',
  'SLH-DSA-SHA2-256s',
  'SLH-DSA-SHA2-256f',
  'SLH-DSA-SHAKE-128s',
  'SLH-DSA-SHAKE-128f',
  'SLH-DSA-SHAKE-192s',
  'SLH-DSA-SHAKE-192f',
  'SLH-DSA-SHAKE-256s',
  'SLH-DSA-SHAKE-256f',
  'ML-KEM-512',
  'ML-KEM-768',
  'ML-KEM-1024',
  'LMS',
  'XMSS-SHA256_10_256',
  'XMSS-SHAKE256_10_256',
] as const;
/** One of {@link tsbKeyAlgorithms}. */
export type TsbKeyAlgorithm = (typeof tsbKeyAlgorithms)[number];

/** Names that servers before the final post-quantum standards gave their drafts (§3.1). Understood, never sent. */
export const draftKeyAlgorithms = [
  'DILITHIUM_L2',
  'DILITHIUM_L3',
  'DILITHIUM_L5',
  'SPHINCS_PLUS_SHAKE_L1',
  'SPHINCS_PLUS_SHAKE_L3',
  'SPHINCS_PLUS_SHAKE_L5',
  'KYBER512_WITH_SHAKE',
  'KYBER768_WITH_SHAKE',
  'KYBER1024_WITH_SHAKE',
  'KYBER512_WITH_SHA2_AES',
  'KYBER768_WITH_SHA2_AES',
  'KYBER1024_WITH_SHA2_AES',
] as const;
/** One of {@link draftKeyAlgorithms}. */
export type DraftKeyAlgorithm = (typeof draftKeyAlgorithms)[number];

/** Key algorithms with one secret key instead of a pair: they can have no policy (§3.1). */
export const symmetricKeyAlgorithms = ['AES', 'ChaCha20', 'Camellia', 'TDEA', 'HMACSHA256'] as const;
/** One of {@link symmetricKeyAlgorithms}. */
export type SymmetricKeyAlgorithm = (typeof symmetricKeyAlgorithms)[number];

/**
 * Curves by the names of their standards, with the OIDs that the TSB's documentation prints (§3.2). Those of `x962p239v1` to
 * `v3` and `brainpool224r1` differ from the standards (§8, 23); any other OID may be sent as well.
 */
export const tsbCurveOids = {
  secp224k1: '1.3.132.0.32',
  secp224r1: '1.3.132.0.33',
  secp256k1: '1.3.132.0.10',
  secp256r1: '1.2.840.10045.3.1.7',
  secp384r1: '1.3.132.0.34',
  secp521r1: '1.3.132.0.35',
  x962p239v1: '1.2.840.10045.3.1.1',
  x962p239v2: '1.2.840.10045.3.1.2',
  x962p239v3: '1.2.840.10045.3.1.3',
  brainpool224r1: '1.3.36.3.3.2.8.1.1.1',
  brainpool256r1: '1.3.36.3.3.2.8.1.1.7',
  brainpool320r1: '1.3.36.3.3.2.8.1.1.9',
  brainpool384r1: '1.3.36.3.3.2.8.1.1.11',
  brainpool512r1: '1.3.36.3.3.2.8.1.1.13',
  frp256v1: '1.2.250.1.223.101.256.1',
  ed25519: '1.3.101.112',
} as const;
/** Name of one of {@link tsbCurveOids}. */
export type TsbCurve = keyof typeof tsbCurveOids;

/** Curve OIDs of the key specs that this SDK signs with (§3.2). */
export const curveOids = {
  'ec-p256': tsbCurveOids.secp256r1,
  'ec-p384': tsbCurveOids.secp384r1,
  'ec-p521': tsbCurveOids.secp521r1,
  ed25519: tsbCurveOids.ed25519,
} as const;
