import { type KeySpec, SignError, sanitizeText } from '@securosys/core';

/** Kinds of keys that `createKey` makes, by the names that sigstore has for their algorithms; the first is the default. */
const specs: Readonly<Record<string, KeySpec>> = {
  'ecdsa-sha2-256-nistp256': 'ec-p256',
  'ecdsa-sha2-384-nistp384': 'ec-p384',
  'ecdsa-sha2-512-nistp521': 'ec-p521',
  'rsa-sign-pkcs1-2048-sha256': 'rsa-2048',
  'rsa-sign-pkcs1-3072-sha256': 'rsa-3072',
  'rsa-sign-pkcs1-4096-sha256': 'rsa-4096',
  ed25519: 'ed25519',
};

/** Answer of `supportedAlgorithms`. */
export const kmsAlgorithms: readonly string[] = Object.keys(specs);

/** Answer of `defaultAlgorithm`: the one that every cosign verifies without a flag (`cosign.md` §2). */
export const defaultKmsAlgorithm = 'ecdsa-sha2-256-nistp256';

/** @throws SignError `ERR_ALGORITHM_UNSUPPORTED` */
export function specOfAlgorithm(name = ''): KeySpec {
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (spec) return spec;
  const known = kmsAlgorithms.join(', ');
  throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `'${sanitizeText(name, 60)}' is none of the algorithms ${known}`);
}
