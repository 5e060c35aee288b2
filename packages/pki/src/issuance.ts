import { ecdsaFromDer, equalBytes, keyFacts, verifySignature } from '@securosys/core';
import type { Certificate } from './certificate.js';
import { isWeakSignatureOid } from './signature-algorithms.js';

/** What any structure of the form `SIGNED{ToBeSigned}` holds: a certificate, a CRL, an OCSP response. */
export type SignedParts = Pick<Certificate, 'tbs' | 'signature' | 'signatureAlgorithm' | 'signatureOid'>;

/**
 * Whether the signature of `child` was made by the key of `signer`: with an algorithm of the table, never SHA-1 or MD5, by a key of
 * our key specs, ECDSA in strict DER.
 */
export function signatureVerifies(child: SignedParts, signer: Pick<Certificate, 'spec' | 'publicKey'>): boolean {
  const { signatureAlgorithm, signatureOid } = child;
  const { spec } = signer;
  if (!signatureAlgorithm || !spec || isWeakSignatureOid(signatureOid)) return false;
  let signature = child.signature;
  if (keyFacts(spec).type === 'ec') {
    try {
      signature = ecdsaFromDer(signature, keyFacts(spec).signatureBytes / 2);
    } catch {
      return false;
    }
  }
  return verifySignature(signer.publicKey, signatureAlgorithm, child.tbs, signature);
}

/**
 * Whether a signature was found right, by the two certificate objects. What arrives with an image is parsed into new objects and always
 * checked; a trust anchor, or a signer's own chain, is one object that is used again, and its signature cannot change.
 */
const checked = new WeakMap<Certificate, WeakMap<Certificate, boolean>>();

function signedBy(child: Certificate, signer: Certificate): boolean {
  const answers = checked.get(child) ?? new WeakMap<Certificate, boolean>();
  checked.set(child, answers);
  const answer = answers.get(signer) ?? signatureVerifies(child, signer);
  answers.set(signer, answer);
  return answer;
}

/** Whether subject and issuer are the same bytes. */
export function isSelfIssued(certificate: Certificate): boolean {
  return equalBytes(certificate.subjectDer, certificate.issuerDer);
}

/**
 * Whether a certificate is its own issuer: same names, and its signature verifies with its own key.
 * @throws SignError `ERR_MALFORMED` when the runtime cannot read its key
 */
export function isSelfSigned(certificate: Certificate): boolean {
  return isSelfIssued(certificate) && signedBy(certificate, certificate);
}

/**
 * Whether `parent` issued `child` (`notation.md` §8.1): names equal byte for byte, parent a CA by basic constraints and, if it has a key
 * usage, by that, signature verifies, no broken hash. Says nothing about validity or trust.
 * @throws SignError `ERR_MALFORMED` when the runtime cannot read the parent's key
 */
export function issuedBy(child: Certificate, parent: Certificate): boolean {
  const mayIssue = parent.basicConstraints?.ca === true && parent.keyUsage?.bits.has('keyCertSign') !== false;
  return mayIssue && equalBytes(child.issuerDer, parent.subjectDer) && signedBy(child, parent);
}
