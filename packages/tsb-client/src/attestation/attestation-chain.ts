import { equalBytes, invalidArgument, SignError, sanitizeText, verifySignature } from '@securosys/core';
import type { Certificate } from '@securosys/pki';
import type { AttestationBytes } from './input.js';

/** One certificate of a verified chain. */
export interface AttestationCertificate {
  /** RFC 4514, safe to show. */
  readonly subject: string;
  /** SHA-256 of the certificate, 64 lower-case hex characters. */
  readonly thumbprint: string;
  /** Milliseconds since 1970, both ends included. */
  readonly notBefore: number;
  readonly notAfter: number;
}

type Pki = typeof import('@securosys/pki');

/** Certificates in the chain, at most; a Primus HSM has three: attestation key, device, root. */
const maxChain = 8;
const maxRoots = 64;

/** @throws SignError `ERR_MALFORMED`, `ERR_LIMIT` */
export function readChain(pki: Pki, { chain }: AttestationBytes): [Certificate, ...Certificate[]] {
  const [leaf, ...others] = chain.flatMap((bytes) => pki.parseCertificates(bytes));
  if (!leaf) throw new SignError('ERR_CHAIN_INVALID', 'the attestation comes without a certificate');
  if (others.length >= maxChain) throw new SignError('ERR_LIMIT', `a chain has at most ${maxChain} certificates`);
  return [leaf, ...others];
}

/**
 * RSA PKCS#1 v1.5 with SHA-256, by the first key of the chain only: another key of the chain attests nothing (S33).
 * @throws SignError `ERR_SIGNATURE_MISMATCH`
 */
export function checkSignature(leaf: Certificate, { xml, signature }: AttestationBytes): void {
  if (!verifySignature(leaf.publicKey, 'rsa-pkcs1-sha256', xml, signature))
    throw new SignError('ERR_SIGNATURE_MISMATCH', 'the attestation was not signed by the key of its certificate');
}

/** @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, `ERR_LIMIT` */
export function readRoots(pki: Pki, roots: readonly Uint8Array[]): Certificate[] {
  if (!Array.isArray(roots) || roots.length === 0)
    invalidArgument('roots must name at least one certificate: there is no default');
  if (roots.length > maxRoots) invalidArgument(`roots are at most ${maxRoots}`);
  return roots.flatMap((root) => {
    if (!(root instanceof Uint8Array)) invalidArgument('a root is the bytes of a certificate, DER or PEM');
    return pki.parseCertificates(root);
  });
}

/**
 * The chain up to one of the given roots. A root that the chain brings along counts only when it is one of those given, byte for byte.
 * @throws SignError `ERR_NOT_TRUSTED` with `details.reason` `root`
 */
function anchored(pki: Pki, chain: readonly Certificate[], roots: readonly Certificate[]): Certificate[] {
  const last = chain.at(-1) as Certificate;
  if (roots.some((root) => equalBytes(root.der, last.der))) return [...chain];
  const root = roots.find((one) => pki.issuedBy(last, one));
  if (root) return [...chain, root];
  throw new SignError('ERR_NOT_TRUSTED', 'the certificate of the attestation leads to none of the given roots', {
    details: { reason: 'root' },
  });
}

/**
 * Checks the path from the attestation key to a root at a point in time. The rules are those of `notation.md` §8, the strictest set
 * that `pki` has; the recorded chain of a Primus HSM keeps them.
 * @param now milliseconds since 1970
 * @throws SignError `ERR_NOT_TRUSTED`, `ERR_CHAIN_INVALID`, `ERR_MALFORMED`
 */
export function checkChain(pki: Pki, chain: readonly Certificate[], roots: readonly Certificate[], now: number): Certificate[] {
  const whole = anchored(pki, chain, roots);
  pki.checkNotaryChain(whole, { purpose: 'code-signing', signingTime: now });
  return whole;
}

export const certificateFacts = ({ subjectText, thumbprint, notBefore, notAfter }: Certificate): AttestationCertificate => ({
  subject: sanitizeText(subjectText, 500),
  thumbprint,
  notBefore,
  notAfter,
});
