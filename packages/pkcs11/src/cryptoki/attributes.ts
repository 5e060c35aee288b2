/** CKA_…: those that this package reads or writes. */
export const CKA = {
  CLASS: 0x000,
  TOKEN: 0x001,
  PRIVATE: 0x002,
  LABEL: 0x003,
  UNIQUE_ID: 0x004,
  APPLICATION: 0x010,
  VALUE: 0x011,
  CERTIFICATE_TYPE: 0x080,
  ISSUER: 0x081,
  SERIAL_NUMBER: 0x082,
  TRUSTED: 0x086,
  CERTIFICATE_CATEGORY: 0x087,
  KEY_TYPE: 0x100,
  SUBJECT: 0x101,
  ID: 0x102,
  SENSITIVE: 0x103,
  ENCRYPT: 0x104,
  DECRYPT: 0x105,
  WRAP: 0x106,
  UNWRAP: 0x107,
  SIGN: 0x108,
  SIGN_RECOVER: 0x109,
  VERIFY: 0x10a,
  VERIFY_RECOVER: 0x10b,
  DERIVE: 0x10c,
  START_DATE: 0x110,
  END_DATE: 0x111,
  MODULUS: 0x120,
  MODULUS_BITS: 0x121,
  PUBLIC_EXPONENT: 0x122,
  PRIVATE_EXPONENT: 0x123,
  PRIME_1: 0x124,
  PRIME_2: 0x125,
  EXPONENT_1: 0x126,
  EXPONENT_2: 0x127,
  COEFFICIENT: 0x128,
  PUBLIC_KEY_INFO: 0x129,
  VALUE_LEN: 0x161,
  EXTRACTABLE: 0x162,
  LOCAL: 0x163,
  NEVER_EXTRACTABLE: 0x164,
  ALWAYS_SENSITIVE: 0x165,
  KEY_GEN_MECHANISM: 0x166,
  MODIFIABLE: 0x170,
  COPYABLE: 0x171,
  DESTROYABLE: 0x172,
  EC_PARAMS: 0x180,
  EC_POINT: 0x181,
  ALWAYS_AUTHENTICATE: 0x202,
  WRAP_WITH_TRUSTED: 0x210,
  /** CKF_ARRAY_ATTRIBUTE | 0x600: packed CK_ULONGs. */
  ALLOWED_MECHANISMS: 0x40000600,
} as const;

/** CKO_… */
export const CKO = { DATA: 0, CERTIFICATE: 1, PUBLIC_KEY: 2, PRIVATE_KEY: 3, SECRET_KEY: 4 } as const;

/** CKK_… */
export const CKK = { RSA: 0x00, EC: 0x03, GENERIC_SECRET: 0x10, AES: 0x1f, EC_EDWARDS: 0x40, EC_MONTGOMERY: 0x41 } as const;

/** CKC_… */
export const CKC = { X_509: 0 } as const;

/** Attributes that are a CK_DATE, eight digits: the addon has a way of its own for them, and frees memory that was never set when a value is none. */
export const isDate = (type: number): boolean => type === CKA.START_DATE || type === CKA.END_DATE;

/** `sizeof(CK_DATE)`. */
export const dateBytes = 8;
