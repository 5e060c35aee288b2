/** Object identifiers of PKCS#7 EnvelopedData as ocicrypt uses it (`ocicrypt.md` §9.2). */
export const oids = {
  data: '1.2.840.113549.1.7.1',
  envelopedData: '1.2.840.113549.1.7.3',
  rsaEncryption: '1.2.840.113549.1.1.1',
  aes128Gcm: '2.16.840.1.101.3.4.1.6',
} as const;

/** Contents of the same object identifiers in DER, hex. */
export const oidHex = {
  data: '2a864886f70d010701',
  envelopedData: '2a864886f70d010703',
  rsaEncryption: '2a864886f70d010101',
  aes128Gcm: '608648016503040106',
} as const;

/** AES-128-GCM. */
export const contentKeyBytes = 16;
export const nonceBytes = 12;
export const tagBytes = 16;
