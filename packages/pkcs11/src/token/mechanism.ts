/** A mechanism and its parameter as pkcs11js can express it. */
export interface Mechanism {
  /** CKM_… */
  readonly type: number;
  readonly parameter?: MechanismParameter;
}

/** CK_RSA_PKCS_PSS_PARAMS, CK_RSA_PKCS_OAEP_PARAMS (source always CKZ_DATA_SPECIFIED), CK_ECDH1_DERIVE_PARAMS, CK_GCM_PARAMS of version 2.40, or bytes as they are. */
export type MechanismParameter =
  | { readonly kind: 'pss'; readonly hashAlg: number; readonly mgf: number; readonly saltLen: number }
  | { readonly kind: 'oaep'; readonly hashAlg: number; readonly mgf: number; readonly label?: Uint8Array }
  | { readonly kind: 'ecdh'; readonly kdf: number; readonly publicData: Uint8Array; readonly sharedData?: Uint8Array }
  | { readonly kind: 'gcm'; readonly iv: Uint8Array; readonly aad?: Uint8Array; readonly tagBits: number }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };
