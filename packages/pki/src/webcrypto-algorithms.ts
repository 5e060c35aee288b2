import type { webcrypto } from 'node:crypto';
import {
  algorithmFacts,
  type HashName,
  invalidArgument,
  type KeySpec,
  keyFacts,
  type SignatureAlgorithm,
  SignError,
} from '@securosys/core';

/** Algorithms that a key of `createHsmCrypto` signs with, by their WebCrypto names. */
export type HsmAlgorithmName = 'RSASSA-PKCS1-v1_5' | 'RSA-PSS' | 'ECDSA' | 'Ed25519';

/** The `algorithm` member of a key, as the platform itself writes it. */
export interface HsmKeyAlgorithm {
  readonly name: HsmAlgorithmName;
  readonly hash?: { readonly name: string };
  readonly namedCurve?: string;
  readonly modulusLength?: number;
  readonly publicExponent?: Uint8Array<ArrayBuffer>;
}

const webNames: Readonly<Record<HashName, string>> = { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' };
const hashes: ReadonlyMap<string, HashName> = new Map(Object.entries(webNames).map(([hash, name]) => [name, hash as HashName]));
const curves: Partial<Record<KeySpec, string>> = { 'ec-p256': 'P-256', 'ec-p384': 'P-384', 'ec-p521': 'P-521' };

/** Bytes of a hash, which is also the length of a PSS salt. */
const saltLengths: Readonly<Record<HashName, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/**
 * The WebCrypto name and parameters of a key that signs with `algorithm` by default. EC keys carry their curve: without it libraries
 * guess 32-byte halves.
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED` for ML-DSA, which WebCrypto has no name for
 */
export function webKeyAlgorithm(spec: KeySpec, algorithm: SignatureAlgorithm, exponent: bigint | undefined): HsmKeyAlgorithm {
  const { family, hash } = algorithmFacts(algorithm);
  const namedCurve = curves[spec];
  if (family === 'ecdsa' && namedCurve) return { name: 'ECDSA', namedCurve };
  if (family === 'ed25519') return { name: 'Ed25519' };
  if (keyFacts(spec).type !== 'rsa' || !hash || exponent === undefined)
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `WebCrypto has no name for ${algorithm}`);
  const hex = exponent.toString(16);
  return {
    name: family === 'rsa-pss' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5',
    modulusLength: keyFacts(spec).signatureBytes * 8,
    publicExponent: Uint8Array.from(
      (hex.padStart(hex.length + (hex.length % 2), '0').match(/../g) ?? []).map((b) => Number.parseInt(b, 16)),
    ),
    hash: { name: webNames[hash] },
  };
}

function hashOf(value: unknown): HashName {
  const name = typeof value === 'string' ? value : (value as { name?: unknown } | undefined)?.name;
  const hash = typeof name === 'string' ? hashes.get(name.toUpperCase()) : undefined;
  return hash ?? invalidArgument('hash must be SHA-256, SHA-384 or SHA-512');
}

/**
 * Our name for what `subtle.sign(parameters, key, …)` asks of a key.
 * @throws SignError `ERR_INVALID_ARGUMENT` for an algorithm that the key was not made for, another hash than these three, or a PSS salt of
 * another length than the hash
 */
export function signatureAlgorithmOf(parameters: webcrypto.AlgorithmIdentifier, key: HsmKeyAlgorithm): SignatureAlgorithm {
  const wanted: { name: string; hash?: unknown; saltLength?: unknown } =
    typeof parameters === 'string' ? { name: parameters } : parameters;
  if (String(wanted.name).toUpperCase() !== key.name.toUpperCase()) invalidArgument(`this key signs with ${key.name}`);
  if (key.name === 'Ed25519') return 'ed25519';
  if (key.name === 'ECDSA') return `ecdsa-${hashOf(wanted.hash)}`;
  const hash = hashOf(key.hash);
  if (key.name === 'RSASSA-PKCS1-v1_5') return `rsa-pkcs1-${hash}`;
  if (wanted.saltLength !== saltLengths[hash])
    invalidArgument(`the salt must be as long as the hash, ${saltLengths[hash]} bytes`);
  return `rsa-pss-${hash}`;
}
