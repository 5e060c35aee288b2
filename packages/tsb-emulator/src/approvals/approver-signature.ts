import { type KeyObject, sign, verify } from 'node:crypto';
import type { ApproverDigest } from '@securosys/tsb-client/api';
import { acceptsEdDsaDigest } from '../inferred.js';

/** Values of the digest fields (§3.6) and what `node:crypto` calls them. */
const digests: Readonly<Record<string, string>> = {
  'SHA-224': 'sha224',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
  'SHA3-224': 'sha3-224',
  'SHA3-256': 'sha3-256',
  'SHA3-384': 'sha3-384',
  'SHA3-512': 'sha3-512',
};

/**
 * Whether an approver's signature holds, over a login timestamp (§5.2) or over all bytes of `approvalToBeSigned` (§5.5):
 * RSA PKCS#1 v1.5, ECDSA or DSA in DER, Ed25519.
 */
export function approverSignatureHolds(key: KeyObject, digest: string, signed: Uint8Array, signature: Uint8Array): boolean {
  const type = key.asymmetricKeyType;
  const hash = digests[digest];
  try {
    if (type === 'ed25519') return acceptsEdDsaDigest(digest, hash !== undefined) && verify(null, signed, key, signature);
    if (type !== 'rsa' && type !== 'ec' && type !== 'dsa') return false;
    return hash !== undefined && verify(hash, signed, key, signature);
  } catch {
    return false; // a signature that OpenSSL cannot parse
  }
}

/** Signs as an approver's device does; the digest name goes beside it on the wire. */
export function signAsApprover(key: KeyObject, bytes: Uint8Array): { signature: Uint8Array; digest: ApproverDigest } {
  const pure = key.asymmetricKeyType === 'ed25519';
  return { signature: sign(pure ? null : 'sha256', bytes, key), digest: pure ? 'EdDSA' : 'SHA-256' };
}
