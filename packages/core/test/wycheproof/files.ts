import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Files of the project that are kept here, without their `_test.json`. */
export const files = [
  'ecdsa_secp256r1_sha256',
  'ecdsa_secp256r1_sha256_p1363',
  'ecdsa_secp256r1_sha512',
  'ecdsa_secp256r1_sha512_p1363',
  'ecdsa_secp384r1_sha256',
  'ecdsa_secp384r1_sha384',
  'ecdsa_secp384r1_sha384_p1363',
  'ecdsa_secp384r1_sha512',
  'ecdsa_secp384r1_sha512_p1363',
  'ecdsa_secp521r1_sha512',
  'ecdsa_secp521r1_sha512_p1363',
  'ed25519',
  'rsa_pss_2048_sha256_mgf1_0',
  'rsa_pss_2048_sha256_mgf1_32',
  'rsa_pss_2048_sha256_mgf1sha1_20',
  'rsa_pss_2048_sha384_mgf1_48',
  'rsa_pss_2048_sha512_mgf1sha256_32_params',
  'rsa_pss_3072_sha256_mgf1_32',
  'rsa_pss_4096_sha256_mgf1_32',
  'rsa_pss_4096_sha384_mgf1_48',
  'rsa_pss_4096_sha512_mgf1_32',
  'rsa_pss_4096_sha512_mgf1_64',
  'rsa_pss_misc',
  'rsa_signature_2048_sha256',
  'rsa_signature_2048_sha384',
  'rsa_signature_2048_sha512',
  'rsa_signature_3072_sha256',
  'rsa_signature_3072_sha384',
  'rsa_signature_3072_sha512',
  'rsa_signature_4096_sha256',
  'rsa_signature_4096_sha384',
  'rsa_signature_4096_sha512',
] as const;

/** Names of {@link files}. */
export type File = (typeof files)[number];

/** Number, what the project says of it, its words, message and signature (both base64). */
export type Test = readonly [number, 'valid' | 'invalid' | 'acceptable', string, string, string];

/** Tests of one key. */
export interface Group {
  /** SubjectPublicKeyInfo DER, base64. */
  readonly key: string;
  /** With which parameters the signatures of an RSA-PSS group were made. */
  readonly pss?: { readonly sha: string; readonly mgfSha: string; readonly sLen: number };
  readonly tests: readonly Test[];
}

/** One file, reduced to what the tests read. */
export interface Vectors {
  readonly source: string;
  readonly groups: readonly Group[];
}

export function readVectors(file: File): Vectors {
  const packed = readFileSync(new URL(`vectors/${file}.json.gz`, import.meta.url));
  return JSON.parse(gunzipSync(packed).toString('utf8')) as Vectors;
}
