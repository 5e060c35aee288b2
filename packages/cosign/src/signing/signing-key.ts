import type { KeyObject } from 'node:crypto';
import {
  algorithmFacts,
  type HashName,
  type KeySpec,
  keySpecOf,
  ownBytes,
  publicKeyFromSpki,
  type SignatureAlgorithm,
  SignError,
} from '@securosys/core';
import { cosignAlgorithm } from '../keys/cosign-algorithm.js';

/** The public half of the key that will sign. */
export interface SigningKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly key: KeyObject;
  readonly spec: KeySpec | undefined;
}

/** Reads the key itself: what else was said about it is not needed. @throws SignError `ERR_MALFORMED` */
export function signingKey(spki: Uint8Array): SigningKey {
  const key = publicKeyFromSpki(spki);
  return { spki: ownBytes(spki), key, spec: keySpecOf(key) };
}

/**
 * Holds an algorithm out of a file to those that a key may have.
 * @throws SignError `ERR_MALFORMED`, `ERR_ALGORITHM_UNSUPPORTED`
 */
export function checkedAlgorithm({ spec }: SigningKey, algorithm: unknown): SignatureAlgorithm {
  if (typeof algorithm !== 'string') throw new SignError('ERR_MALFORMED', 'the algorithm is not a text');
  const { hash } = algorithmFacts(algorithm as SignatureAlgorithm);
  if (cosignAlgorithm(spec, hash as HashName | undefined) !== algorithm)
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'the algorithm is not one of cosign for this key');
  return algorithm as SignatureAlgorithm;
}
