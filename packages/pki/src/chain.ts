import { knownOptions, SignError, sanitizeText } from '@securosys/core';
import type { Certificate } from './certificate.js';
import { brokenCaRule, brokenLeafRule, type ChainPurpose, type ChainRule } from './chain-rules.js';
import { isSelfIssued, isSelfSigned, issuedBy } from './issuance.js';

/** Longest chain that is looked at. */
const maxChain = 16;

/** What a chain is checked for. */
export interface ChainOptions {
  purpose: ChainPurpose;
  /**
   * Milliseconds. Given: every certificate must be valid then, both ends included. The specification demands it when signing; a verifier
   * decides by the authentic timestamp instead (`notation.md` §9.3).
   */
  signingTime?: number;
  /** Accepts critical extensions that nothing here understands, as the Notation programs do. Default `false`. */
  allowUnknownCritical?: boolean;
}

/** Why a chain breaks a rule, in words. */
const sentences: Readonly<Record<ChainRule, string>> = {
  'chain-empty': 'the chain holds no certificate',
  'chain-too-long': `the chain holds over ${maxChain} certificates`,
  'self-signed-invalid': 'a single certificate must be self-signed',
  'root-not-self-signed': 'the last certificate must be self-signed',
  'self-signed-not-last': 'only the last certificate may be self-signed',
  'not-issued-by-next': 'it was not issued by the next certificate of the chain',
  'signature-algorithm': 'it is signed with an algorithm that is broken or unknown',
  'not-valid-at-signing-time': 'it was not valid at the signing time',
  'unknown-critical-extension': 'it has a critical extension that nothing here understands',
  'ca-basic-constraints-missing': 'a CA certificate needs basic constraints',
  'ca-basic-constraints-not-critical': 'basic constraints of a CA certificate must be critical',
  'ca-not-ca': 'it issued a certificate and is no CA',
  'ca-path-length': 'more intermediates follow than its path length allows',
  'ca-key-cert-sign-missing': 'the key usage of a CA certificate must include keyCertSign',
  'key-usage-missing': 'it has no key usage',
  'key-usage-not-critical': 'its key usage is not critical',
  'leaf-is-ca': 'a signing certificate must not be a CA',
  'leaf-digital-signature-missing': 'the key usage of a signing certificate must include digitalSignature',
  'leaf-key-usage-forbidden': 'the key usage of a signing certificate includes one that it must not have',
  'leaf-extended-key-usage-missing': 'a timestamping certificate needs an extended key usage',
  'leaf-extended-key-usage-not-critical': 'the extended key usage of a timestamping certificate must be critical',
  'leaf-extended-key-usage-forbidden': 'its extended key usage includes one that it must not have',
  'leaf-key-type': 'its key is none of the six key types of the Notary Project',
};

function refuse(rule: ChainRule, index: number, certificate?: Certificate): never {
  const which = certificate ? `certificate ${index} of the chain (${sanitizeText(certificate.subjectText, 120)}): ` : '';
  throw new SignError('ERR_CHAIN_INVALID', `${which}${sentences[rule]}`, { details: { rule, index } });
}

/** Rules that a certificate keeps or breaks by itself. They cost nothing, so they come before any signature. */
function brokenAlone(certificate: Certificate, index: number, options: ChainOptions): ChainRule | undefined {
  const { purpose, signingTime, allowUnknownCritical } = options;
  if (!certificate.signatureAlgorithm) return 'signature-algorithm';
  const rule = index === 0 ? brokenLeafRule(certificate, purpose) : brokenCaRule(certificate, index - 1, purpose);
  if (rule) return rule;
  if (certificate.unknownCritical.length > 0 && !allowUnknownCritical) return 'unknown-critical-extension';
  const outside = signingTime !== undefined && !(signingTime >= certificate.notBefore && signingTime <= certificate.notAfter);
  return outside ? 'not-valid-at-signing-time' : undefined;
}

/**
 * Checks a certificate chain, leaf first and root last, against every rule of `notation.md` §8; where specification and Go
 * implementation differ, against the stricter. Says nothing about trust or revocation.
 * @throws SignError `ERR_CHAIN_INVALID` with `details.rule` ({@link ChainRule}) and `details.index`; `ERR_MALFORMED` when the runtime
 * cannot read a key
 */
export function checkNotaryChain(chain: readonly Certificate[], options: ChainOptions): void {
  knownOptions('checkNotaryChain', options, ['purpose', 'signingTime', 'allowUnknownCritical']);
  if (options.purpose !== 'code-signing' && options.purpose !== 'timestamping')
    throw new SignError('ERR_INVALID_ARGUMENT', "purpose must be 'code-signing' or 'timestamping'");
  if (chain.length === 0) refuse('chain-empty', 0);
  if (chain.length > maxChain) refuse('chain-too-long', maxChain);
  const last = chain.length - 1;
  for (const [index, certificate] of chain.entries()) {
    const rule = brokenAlone(certificate, index, options);
    if (rule) refuse(rule, index, certificate);
    // A self-issued certificate whose signature is another's (a key rollover) is no self-signed one.
    if (index < last && isSelfIssued(certificate) && isSelfSigned(certificate))
      refuse('self-signed-not-last', index, certificate);
  }
  for (const [index, certificate] of chain.entries()) {
    const next = chain[index + 1];
    if (next && !issuedBy(certificate, next)) refuse('not-issued-by-next', index, certificate);
    if (!next && !isSelfSigned(certificate))
      refuse(last === 0 ? 'self-signed-invalid' : 'root-not-self-signed', index, certificate);
  }
}
