/** Signature algorithms of the synchronous certificate calls (`tsb-rest-api.md` §2.7); the asynchronous ones take all of §3.3. */
export const certificateAlgorithms = [
  'SHA224_WITH_RSA',
  'SHA256_WITH_RSA',
  'SHA384_WITH_RSA',
  'SHA512_WITH_RSA',
  'SHA256_WITH_ECDSA',
  'SHA384_WITH_ECDSA',
  'SHA512_WITH_ECDSA',
  'EDDSA',
] as const;
/** One of {@link certificateAlgorithms}. */
export type CertificateAlgorithm = (typeof certificateAlgorithms)[number];

/** Values of `keyUsage` (§2.7). */
export const keyUsages = [
  'DIGITAL_SIGNATURE',
  'CONTENT_COMMITMENT',
  'KEY_ENCIPHERMENT',
  'DATA_ENCIPHERMENT',
  'KEY_AGREEMENT',
  'KEY_CERT_SIGN',
  'CRL_SIGN',
  'ENCIPHER_ONLY',
  'DECIPHER_ONLY',
] as const;
/** One of {@link keyUsages}. */
export type CertificateKeyUsage = (typeof keyUsages)[number];

/** Values of `extendedKeyUsage` (§2.7). */
export const extendedKeyUsages = [
  'ANY_EXTENDED_KEY_USAGE',
  'SERVER_AUTH',
  'CLIENT_AUTH',
  'CODE_SIGNING',
  'EMAIL_PROTECTION',
  'TIME_STAMPING',
  'OCSP_SIGNING',
] as const;
/** One of {@link extendedKeyUsages}. */
export type ExtendedKeyUsage = (typeof extendedKeyUsages)[number];

/** Kinds of a subject alternative name (§2.7, newer servers). */
export const sanTypes = ['DNS', 'IP', 'URI', 'EMAIL', 'OTHERNAME'] as const;
/** One of {@link sanTypes}. */
export type SanType = (typeof sanTypes)[number];

/** Whether a certificate takes over the extensions that its signing request asks for (§2.7). */
export const extensionCopying = ['NO_COPY', 'COPY'] as const;
/** One of {@link extensionCopying}. */
export type ExtensionCopying = (typeof extensionCopying)[number];
