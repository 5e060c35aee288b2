import type { KeyObject } from 'node:crypto';
import { type CallOptions, invalidArgument, nodeCrypto, ownBytes, spkiOf } from '@securosys/core';
import type { ApproverDigest } from '../api/algorithms.js';

/** A person's key: what approves. It may live anywhere that can sign bytes. */
export interface ApproverKey {
  /** SubjectPublicKeyInfo DER, exactly as the policy has it. */
  readonly spki: Uint8Array;
  /** Certificate DER, exactly as the policy has it, for approvers that it names by certificate. */
  readonly certificate?: Uint8Array;
  readonly digestAlgorithm: ApproverDigest;
  /** Signs the bytes with that digest: RSA PKCS#1 v1.5, ECDSA in DER, or Ed25519. */
  sign(bytes: Uint8Array, options?: CallOptions): Promise<Uint8Array>;
}

/** Digest by which each kind of key signs approvals, and its name for `node:crypto`. */
function digestOf(key: KeyObject): { name: ApproverDigest; hash: string | null } {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return { name: 'EdDSA', hash: null };
    case 'rsa':
      return { name: 'SHA-256', hash: 'sha256' };
    case 'ec':
      if (curve === 'secp384r1') return { name: 'SHA-384', hash: 'sha384' };
      if (curve === 'secp521r1') return { name: 'SHA-512', hash: 'sha512' };
      return { name: 'SHA-256', hash: 'sha256' };
    default:
      return invalidArgument('approver keys are RSA, EC or Ed25519');
  }
}

/**
 * An approver key from a private key in memory.
 * @param key RSA, EC (any curve that Node knows) or Ed25519
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function approverKeyFromPrivateKey(key: KeyObject, options: { certificate?: Uint8Array } = {}): ApproverKey {
  if (key.type !== 'private') invalidArgument('an approver key is made from a private key');
  const { name, hash } = digestOf(key);
  const rsa = key.asymmetricKeyType === 'rsa' ? { padding: nodeCrypto().constants.RSA_PKCS1_PADDING } : {};
  return {
    spki: spkiOf(key),
    digestAlgorithm: name,
    ...(options.certificate && { certificate: ownBytes(options.certificate) }),
    sign: async (bytes) => ownBytes(nodeCrypto().sign(hash, bytes, { key, ...rsa })),
  };
}
