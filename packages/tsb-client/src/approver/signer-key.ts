import {
  type CallOptions,
  ecdsaToDer,
  type KeyInfo,
  knownOptions,
  ownBytes,
  publicKeyFromSpki,
  type SignatureAlgorithm,
  SignError,
  type Signer,
  verifySignature,
} from '@securosys/core';
import type { ApproverDigest } from '../api/algorithms.js';
import { decodeApprovalChallenge } from '../api/approval-frame.js';
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

const loginText = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** An approver key signs the time of a login and whole challenges, nothing else: it is no way around what signers refuse (S9). */
function checkMessage(message: Uint8Array): void {
  if (message.byteLength === 20 && loginText.test(Buffer.from(message).toString('latin1'))) return;
  try {
    decodeApprovalChallenge(message);
  } catch (cause) {
    throw new SignError('ERR_CROSS_PROTOCOL', 'an approver key signs logins and approvals only', { cause });
  }
}

/** One use of the key, verified. Signers refuse challenges, so that nobody approves by signing "a file"; this asks their backend. */
async function useKey({ backend }: Signer, info: KeyInfo, algorithm: SignatureAlgorithm, message: Uint8Array, call: CallOptions) {
  const begun = await backend.begin({ kind: 'sign', key: info.ref, algorithm, input: { message: ownBytes(message) } }, call);
  if ('pending' in begun) {
    await backend.cancel?.(begun.pending, call);
    throw new SignError('ERR_KEY_NOT_USABLE', 'a key that needs approvals cannot give them');
  }
  if (!verifySignature(publicKeyFromSpki(info.spki), algorithm, message, begun.done))
    throw new SignError('ERR_SIGNATURE_MISMATCH', 'the backend made a signature that does not fit the approver key');
  return begun.done;
}

/**
 * An approver key that any backend holds: an HSM, a smart card, a cloud KMS. Every login and every approval is one use of it. The guards of
 * the signer are not asked: what is signed here is no artifact, and `approve` has looked at it.
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED` for a key that cannot approve, `ERR_KEY_NOT_USABLE` for one whose use people have to
 * approve themselves, `ERR_INVALID_ARGUMENT` for a certificate of another key, and as `signer.describe` does
 */
export async function approverKeyFromSigner(signer: Signer, options: SignerKeyOptions = {}): Promise<ApproverKey> {
  knownOptions('approverKeyFromSigner', options, ['certificate', 'signal', 'timeoutMs', 'logger']);
  const { certificate, ...call } = options;
  const info = await signer.describe(call);
  const { spec, spki } = info;
  const scheme = spec && schemes[spec];
  if (!scheme)
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `approvals cannot be signed with ${spec ?? 'a key of this type'}`);
  if (info.needsApproval) throw new SignError('ERR_KEY_NOT_USABLE', 'a key that needs approvals cannot give them');
  const { algorithm, digest } = scheme;
  const key: ApproverKey = {
    spki: ownBytes(spki),
    digestAlgorithm: digest,
    async sign(message, later = {}) {
      checkMessage(message);
      const signature = await useKey(signer, info, algorithm, message, later);
      return algorithm.startsWith('ecdsa') ? ecdsaToDer(signature) : ownBytes(signature);
    },
  };
  return certificate ? approverKeyFromCertificate(certificate, key) : key;
}
