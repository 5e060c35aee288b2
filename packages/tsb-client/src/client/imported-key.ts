import { invalidArgument } from '@securosys/core';
import type { TsbKeyAlgorithm } from '../api/algorithms.js';
import type { ImportKey, ImportSeed } from '../api/key-material.js';
import type { CreateKeyRequest, TsbAttributes } from '../api/keys.js';
import type { Policy } from '../api/policy.js';
import { assertKeySafe, isSymmetric, type KeySafetyOptions, usualAttributes } from './key-safety.js';
import { bytesText, checkRequest, someBytesText } from './wire-values.js';

/** A key that was made outside. It was outside once: no attestation will call it never extractable. */
export interface TsbImportedKey {
  readonly label: string;
  readonly algorithm: TsbKeyAlgorithm;
  /** PKCS#8 DER. */
  readonly privateKey?: Uint8Array;
  /** SubjectPublicKeyInfo DER; excludes `certificate`. */
  readonly publicKey?: Uint8Array;
  /** Raw bytes of a symmetric key; excludes the others. */
  readonly secretKey?: Uint8Array;
  /** DER. */
  readonly certificate?: Uint8Array;
  /** Needed with `privateKey` (a policy, or `null` for a plain key); a symmetric key has none. */
  readonly policy?: Policy | null;
  /** Default as for a key that is made. Nothing is sent for a public key or certificate alone. */
  readonly attributes?: Partial<TsbAttributes>;
  readonly addressFormat?: CreateKeyRequest['addressFormat'];
}

/** A seed to make a key of, by SLIP-0010 or BIP32: the same seed gives the same key. */
export interface TsbImportedSeed {
  readonly label: string;
  /** 16 to 64 bytes, 32 or more advised. */
  readonly seed: Uint8Array;
  readonly curveOid: string;
  /** Only servers of 2026 and later know it. */
  readonly algorithm?: 'EC' | 'ED';
  readonly policy: Policy | null;
  /** Default: may sign, and nothing else. */
  readonly attributes?: Partial<TsbAttributes>;
  readonly addressFormat?: CreateKeyRequest['addressFormat'];
}

const keyNames = [
  'label',
  'algorithm',
  'privateKey',
  'publicKey',
  'secretKey',
  'certificate',
  'policy',
  'attributes',
  'addressFormat',
] as const satisfies readonly (keyof TsbImportedKey)[];

/** Which of the parts may come together (§2.3). */
function checkParts({ algorithm, privateKey, publicKey, secretKey, certificate, policy }: TsbImportedKey): void {
  if (!privateKey && !publicKey && !secretKey && !certificate) invalidArgument('keys.import needs a key or a certificate');
  if (secretKey && (privateKey || publicKey || certificate)) invalidArgument('a secret key is imported alone');
  if (publicKey && certificate) invalidArgument('a public key is imported without a certificate, which holds one');
  if ((secretKey !== undefined) !== isSymmetric(algorithm))
    invalidArgument('secretKey is for symmetric algorithms, and they take nothing else');
  if (policy && !privateKey) invalidArgument('only a private key can have a policy');
}

/** The body of a key import. @throws SignError `ERR_POLICY_UNSAFE`, `ERR_INVALID_ARGUMENT` */
export function importRequest(key: TsbImportedKey, options: KeySafetyOptions): ImportKey {
  checkRequest('keys.import', key, keyNames);
  checkParts(key);
  const { label, algorithm, policy, addressFormat } = key;
  const secret = key.privateKey !== undefined || key.secretKey !== undefined;
  const attributes: TsbAttributes = { ...usualAttributes(algorithm), ...key.attributes };
  if (secret) assertKeySafe('keys.import', attributes, key.secretKey ? null : policy, options);
  else if (key.attributes) invalidArgument('a public key or certificate alone has no attributes');
  return {
    label,
    algorithm,
    privateKey: someBytesText('privateKey', key.privateKey),
    publicKey: someBytesText('publicKey', key.publicKey),
    secretKey: someBytesText('secretKey', key.secretKey),
    certificate: someBytesText('certificate', key.certificate),
    ...(secret && { attributes }),
    ...(addressFormat !== undefined && { addressFormat }),
    ...(policy && { policy }),
  };
}

/** The body of a seed import. @throws SignError `ERR_POLICY_UNSAFE`, `ERR_INVALID_ARGUMENT` */
export function seedRequest(key: TsbImportedSeed, options: KeySafetyOptions): ImportSeed {
  checkRequest('keys.importSeed', key, ['label', 'seed', 'curveOid', 'algorithm', 'policy', 'attributes', 'addressFormat']);
  const { label, curveOid, algorithm, policy, addressFormat } = key;
  const seed = bytesText('seed', key.seed);
  if (key.seed.byteLength < 16 || key.seed.byteLength > 64) invalidArgument('a seed has 16 to 64 bytes');
  const attributes: TsbAttributes = { ...usualAttributes('EC'), ...key.attributes };
  assertKeySafe('keys.importSeed', attributes, policy, options);
  return {
    label,
    seed,
    curveOid,
    attributes,
    ...(algorithm !== undefined && { algorithm }),
    ...(addressFormat !== undefined && { addressFormat }),
    ...(policy && { policy }),
  };
}
