import {
  type CallOptions,
  ecdsaToDer,
  knownOptions,
  ownBytes,
  type SignatureAlgorithm,
  SignError,
  type Signer,
} from '@securosys/core';
import type { ApproverDigest } from '../api/algorithms.js';
import { approverKeyFromCertificate } from './certificate-key.js';
import type { ApproverKey } from './key.js';

interface Scheme {
  readonly algorithm: SignatureAlgorithm;
  readonly digest: ApproverDigest;
}

/** How a key of each kind signs approvals (`tsb-rest-api.md` §5.2, §5.5). */
const schemes: Readonly<Record<string, Scheme>> = {
  'rsa-2048': { algorithm: 'rsa-pkcs1-sha256', digest: 'SHA-256' },
  'rsa-3072': { algorithm: 'rsa-pkcs1-sha256', digest: 'SHA-256' },
  'rsa-4096': { algorithm: 'rsa-pkcs1-sha256', digest: 'SHA-256' },
  'ec-p256': { algorithm: 'ecdsa-sha256', digest: 'SHA-256' },
  'ec-p384': { algorithm: 'ecdsa-sha384', digest: 'SHA-384' },
  'ec-p521': { algorithm: 'ecdsa-sha512', digest: 'SHA-512' },
  ed25519: { algorithm: 'ed25519', digest: 'EdDSA' },
};

/** What else an approver key from a signer may need. */
export interface SignerKeyOptions extends CallOptions {
  /** DER, for approvers that the policy names by certificate. */
  readonly certificate?: Uint8Array;
}

/**
 * An approver key that any backend holds: an HSM, a smart card, a cloud KMS. Every login and every approval is one use of it.
 * @param signer made with `allowOpaque`, because neither a time text nor a challenge is a message of any format
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED` for a key that cannot approve, `ERR_KEY_NOT_USABLE` for one whose use people have to
 * approve themselves, `ERR_INVALID_ARGUMENT` for a certificate of another key, and as `signer.describe` does
 */
export async function approverKeyFromSigner(signer: Signer, options: SignerKeyOptions = {}): Promise<ApproverKey> {
  knownOptions('approverKeyFromSigner', options, ['certificate', 'signal', 'timeoutMs', 'logger']);
  const { certificate, ...call } = options;
  const { spec, spki, needsApproval } = await signer.describe(call);
  const scheme = spec && schemes[spec];
  if (!scheme)
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `approvals cannot be signed with ${spec ?? 'a key of this type'}`);
  if (needsApproval) throw new SignError('ERR_KEY_NOT_USABLE', 'a key that needs approvals cannot give them');
  const ecdsa = scheme.algorithm.startsWith('ecdsa');
  const key: ApproverKey = {
    spki: ownBytes(spki),
    digestAlgorithm: scheme.digest,
    async sign(message, later = {}) {
      const signature = await signer.sign({ algorithm: scheme.algorithm, input: { message } }, later);
      return ecdsa ? ecdsaToDer(signature) : ownBytes(signature);
    },
  };
  return certificate ? approverKeyFromCertificate(certificate, key) : key;
}
