import type { KeyObject } from 'node:crypto';
import {
  base64Text,
  type HashName,
  invalidArgument,
  knownOptions,
  publicKeyFromSpki,
  type SignatureAlgorithm,
  sha256Hex,
} from '@securosys/core';
import { cosignAlgorithm } from '../keys/cosign-algorithm.js';
import { cosignPublicKeyPem, keyHint, readCosignPublicKey } from '../keys/public-key.js';
import { checkedPredicateTypes } from './predicate-list.js';
import type { CosignSigner } from './report.js';

/** A key whose signatures count. */
export interface CosignTrustKey {
  /** PEM (`PUBLIC KEY` or `RSA PUBLIC KEY`, text or its bytes), or the DER of a SubjectPublicKeyInfo. */
  readonly publicKey: string | Uint8Array;
  /** Hash that it signs with: needed for P-384 and P-521, SHA-256 otherwise, none for Ed25519 (`cosign.md` §2). */
  readonly hash?: HashName;
  /** What reports call it. */
  readonly name?: string;
  /** When it may sign, milliseconds since 1970, both included. A trusted timestamp says when it did; without one it has to be now. */
  readonly validFrom?: number;
  readonly validUntil?: number;
  /**
   * What it may sign: predicate types, or short names of `predicateTypes`; the type of an image signature, of either shape, is
   * `https://sigstore.dev/cosign/sign/v1`. Default: everything; an empty list: nothing.
   */
  readonly predicateTypes?: readonly string[];
}

/** A trusted key, ready to verify. */
export interface TrustedKey {
  readonly key: KeyObject;
  readonly algorithm: SignatureAlgorithm;
  readonly spki: Uint8Array;
  /** As bundles write it. */
  readonly hint: string;
  readonly signer: CosignSigner;
  readonly validFrom: number;
  readonly validUntil: number;
  readonly predicateTypes: ReadonlySet<string> | undefined;
}

const names = ['publicKey', 'hash', 'name', 'validFrom', 'validUntil', 'predicateTypes'];

/** PEM, of whatever was given: DER starts with the tag of a SEQUENCE, text never does. */
function pemOf(publicKey: unknown): string | Uint8Array {
  if (typeof publicKey === 'string') return publicKey;
  if (!(publicKey instanceof Uint8Array)) return invalidArgument('cosignTrust: publicKey is PEM or DER');
  return publicKey[0] === 0x30 ? cosignPublicKeyPem(publicKey) : publicKey;
}

function checkedTime(value: number | undefined, otherwise: number, what: string): number {
  if (value !== undefined && !Number.isSafeInteger(value)) invalidArgument(`cosignTrust: ${what} is a time in milliseconds`);
  return value ?? otherwise;
}

/** @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, `ERR_LIMIT`, `ERR_ALGORITHM_UNSUPPORTED` */
export function trustedKey(given: CosignTrustKey): TrustedKey {
  knownOptions('cosignTrust keys', given, names);
  const { hash, name } = given;
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    invalidArgument('cosignTrust: the name of a key is a text');
  const { spki, spec } = readCosignPublicKey(pemOf(given.publicKey));
  const algorithm = cosignAlgorithm(spec, hash);
  const validFrom = checkedTime(given.validFrom, Number.NEGATIVE_INFINITY, 'validFrom');
  const validUntil = checkedTime(given.validUntil, Number.POSITIVE_INFINITY, 'validUntil');
  if (validFrom > validUntil) invalidArgument('cosignTrust: a key would be valid until before it is valid');
  return {
    key: publicKeyFromSpki(spki),
    algorithm,
    spki,
    hint: base64Text(keyHint(spki)),
    signer: { ...(name !== undefined && { name }), spkiSha256: sha256Hex(spki), algorithm },
    validFrom,
    validUntil,
    predicateTypes: checkedPredicateTypes(given.predicateTypes, 'cosignTrust keys'),
  };
}
