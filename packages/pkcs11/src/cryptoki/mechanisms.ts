/** CKM_…: those that this package uses, some newer than the headers of pkcs11js. */
export const CKM = {
  RSA_PKCS_KEY_PAIR_GEN: 0x0000,
  RSA_PKCS: 0x0001,
  RSA_PKCS_OAEP: 0x0009,
  RSA_PKCS_PSS: 0x000d,
  SHA_1: 0x0220,
  SHA256: 0x0250,
  SHA384: 0x0260,
  SHA512: 0x0270,
  GENERIC_SECRET_KEY_GEN: 0x0350,
  EC_KEY_PAIR_GEN: 0x1040,
  ECDSA: 0x1041,
  ECDH1_DERIVE: 0x1050,
  RSA_AES_KEY_WRAP: 0x1054,
  EC_EDWARDS_KEY_PAIR_GEN: 0x1055,
  EC_MONTGOMERY_KEY_PAIR_GEN: 0x1056,
  EDDSA: 0x1057,
  AES_KEY_GEN: 0x1080,
  AES_ECB: 0x1081,
  AES_GCM: 0x1087,
  AES_KEY_WRAP: 0x2109,
  /** RFC 5649 in SoftHSM, PKCS padding in NSS: never without a known-answer test (`pkcs11.md` §3). */
  AES_KEY_WRAP_PAD: 0x210a,
  AES_KEY_WRAP_KWP: 0x210b,
} as const;

/** CKG_MGF1_… */
export const CKG = { MGF1_SHA1: 1, MGF1_SHA256: 2, MGF1_SHA384: 3, MGF1_SHA512: 4 } as const;

/** CKD_… of CKM_ECDH1_DERIVE. */
export const CKD = { NULL: 1 } as const;
