import { type KeySpec, type SignatureAlgorithm, SignError } from '@securosys/core';
import type { ContractHash, ContractKeySpec, ContractSigningAlgorithm } from './contract.js';

/** What the contract calls a type of key, and how that key signs (`notation.md` §3). */
export interface ContractKey {
  readonly keySpec: ContractKeySpec;
  readonly hashAlgorithm: ContractHash;
  readonly signingAlgorithm: ContractSigningAlgorithm;
  readonly algorithm: SignatureAlgorithm;
}

const keys = {
  'rsa-2048': ['RSA-2048', 'SHA-256', 'RSASSA-PSS-SHA-256', 'rsa-pss-sha256'],
  'rsa-3072': ['RSA-3072', 'SHA-384', 'RSASSA-PSS-SHA-384', 'rsa-pss-sha384'],
  'rsa-4096': ['RSA-4096', 'SHA-512', 'RSASSA-PSS-SHA-512', 'rsa-pss-sha512'],
  'ec-p256': ['EC-256', 'SHA-256', 'ECDSA-SHA-256', 'ecdsa-sha256'],
  'ec-p384': ['EC-384', 'SHA-384', 'ECDSA-SHA-384', 'ecdsa-sha384'],
  'ec-p521': ['EC-521', 'SHA-512', 'ECDSA-SHA-512', 'ecdsa-sha512'],
} as const satisfies Partial<
  Record<KeySpec, readonly [ContractKeySpec, ContractHash, ContractSigningAlgorithm, SignatureAlgorithm]>
>;

/** @throws SignError `ERR_ALGORITHM_UNSUPPORTED` for a key that is none of the six that the Notary Project has */
export function contractKey(spec: KeySpec | undefined): ContractKey {
  if (spec === undefined || !Object.hasOwn(keys, spec))
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'the key is none of RSA-2048, RSA-3072, RSA-4096, EC-256, EC-384, EC-521');
  const [keySpec, hashAlgorithm, signingAlgorithm, algorithm] = keys[spec as keyof typeof keys];
  return { keySpec, hashAlgorithm, signingAlgorithm, algorithm };
}

/** The key types of the contract, and ours. */
export const contractKeySpecs: ReadonlyMap<string, KeySpec> = new Map(
  Object.entries(keys).map(([spec, [keySpec]]) => [keySpec, spec as KeySpec]),
);
