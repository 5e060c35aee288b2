/** Signature algorithms of the wire that this SDK asks for or knows the meaning of (`tsb-rest-api.md` §3.3). */
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
  'NONE_WITH_ECDSA',
  'SHA1_WITH_ECDSA',
  'SHA224_WITH_ECDSA',
  'SHA256_WITH_ECDSA',
  'SHA384_WITH_ECDSA',
  'SHA512_WITH_ECDSA',
  'EDDSA',
  'ML_DSA',
] as const;

/** One of {@link tsbSignatureAlgorithms}. */
export type TsbSignatureAlgorithm = (typeof tsbSignatureAlgorithms)[number];

/** How an ECDSA result is written: ASN.1 DER, or r‖s (IEEE P1363; Ed25519: its 64 bytes). */
export const signatureTypes = ['DER', 'RAW'] as const;
/** One of {@link signatureTypes}. */
export type SignatureType = (typeof signatureTypes)[number];

/** What a payload is said to be, for display; `UNSPECIFIED` is what this SDK sends. */
export const payloadTypes = ['UNSPECIFIED', 'ISO_20022', 'PDF', 'BTC', 'ETH'] as const;
/** One of {@link payloadTypes}. */
export type PayloadType = (typeof payloadTypes)[number];

/** Key algorithms of this slice (§3.1). */
export const tsbKeyAlgorithms = ['RSA', 'EC', 'ED', 'ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'] as const;
/** One of {@link tsbKeyAlgorithms}. */
export type TsbKeyAlgorithm = (typeof tsbKeyAlgorithms)[number];

/** Digests of approver and request signatures (§3.6); `EdDSA` is what Ed25519 approvers send (§8, 14). */
export const approverDigests = [
  'SHA-224',
  'SHA-256',
  'SHA-384',
  'SHA-512',
  'SHA3-224',
  'SHA3-256',
  'SHA3-384',
  'SHA3-512',
  'EdDSA',
] as const;
/** One of {@link approverDigests}. */
export type ApproverDigest = (typeof approverDigests)[number];

/** Curve OIDs of keys that can be created in this slice (§3.2). */
export const curveOids = {
  'ec-p256': '1.2.840.10045.3.1.7',
  'ec-p384': '1.3.132.0.34',
  'ec-p521': '1.3.132.0.35',
  ed25519: '1.3.101.112',
} as const;

/** States of a request, as the wire spells them (§4.4). */
export const tsbRequestStatuses = ['PENDING', 'APPROVED', 'EXECUTED', 'FAILED', 'EXPIRED', 'REJECTED', 'CANCELLED'] as const;
/** §4.4; all but `PENDING` and `APPROVED` are final. */
export type TsbRequestStatus = (typeof tsbRequestStatuses)[number];
