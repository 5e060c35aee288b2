/** CKF_… of CK_TOKEN_INFO. */
export const tokenFlags = {
  WRITE_PROTECTED: 0x2,
  LOGIN_REQUIRED: 0x4,
  USER_PIN_INITIALIZED: 0x8,
  PROTECTED_AUTHENTICATION_PATH: 0x100,
  TOKEN_INITIALIZED: 0x400,
  USER_PIN_COUNT_LOW: 0x10000,
  USER_PIN_FINAL_TRY: 0x20000,
  USER_PIN_LOCKED: 0x40000,
  USER_PIN_TO_BE_CHANGED: 0x80000,
} as const;

/** CKF_… of CK_MECHANISM_INFO. */
export const mechanismFlags = {
  ENCRYPT: 0x100,
  DECRYPT: 0x200,
  SIGN: 0x800,
  GENERATE: 0x8000,
  GENERATE_KEY_PAIR: 0x10000,
  WRAP: 0x20000,
  UNWRAP: 0x40000,
  DERIVE: 0x80000,
} as const;

/** CKF_… of `C_OpenSession`. */
export const sessionFlags = { RW_SESSION: 2, SERIAL_SESSION: 4 } as const;

/** CKS_… of CK_SESSION_INFO. */
export const sessionStates = { RO_PUBLIC: 0, RO_USER: 1, RW_PUBLIC: 2, RW_USER: 3, RW_SO: 4 } as const;

/** CKU_… */
export const userTypes = { USER: 1, CONTEXT_SPECIFIC: 2 } as const;

/** CKF_OS_LOCKING_OK, always given: without it modules drop their locks, and threads crash the process (`pkcs11.md` §0.2). */
export const osLockingOk = 2;
