import { equalBytes } from '@securosys/core';
import type { Certificate } from '../certificate.js';
import { signatureVerifies } from '../issuance.js';
import type { Crl } from './crl.js';
import { faultError } from './fault.js';
import { checkFresh } from './freshness.js';

/**
 * Whether a CRL is the issuer's, holds now, and has nothing in it that is not understood (`notation.md` §10.2). What comes out of a cache passes
 * through here like what comes from the network (S29).
 * @throws SignError with `details.rule`
 */
export function checkCrl(crl: Crl, issuer: Certificate, now: number): void {
  if (!crl.signatureAlgorithm) throw faultError('algorithm', 'the CRL is signed with an algorithm that is broken or unknown');
  if (!equalBytes(crl.issuerDer, issuer.subjectDer)) throw faultError('crl-issuer', 'the CRL is of another issuer');
  if (issuer.basicConstraints?.ca !== true || issuer.keyUsage?.bits.has('cRLSign') === false)
    throw faultError('crl-issuer-usage', 'the issuer’s certificate does not let it sign CRLs');
  if (crl.unknownCritical)
    throw faultError('critical-extension', 'the CRL has a critical extension that nothing here understands');
  checkFresh('the CRL', crl, now);
  if (!signatureVerifies(crl, issuer))
    throw faultError('signature', 'the signature of the CRL is not the issuer’s', { code: 'ERR_SIGNATURE_MISMATCH' });
}

/** Whether a CRL is a complete one. @throws SignError with `details.rule` */
export function checkBase(crl: Crl): void {
  if (crl.deltaOf !== undefined) throw faultError('crl-is-delta', 'where a complete CRL belongs is a delta CRL');
}

/**
 * Whether a delta CRL builds upon this base (RFC 5280 §5.2.4): the same scope, a later number, and all changes since the base.
 * @throws SignError with `details.rule`
 */
export function checkDelta(base: Crl, delta: Crl): void {
  if (delta.deltaOf === undefined) throw faultError('delta-not-delta', 'where a delta CRL belongs is another CRL');
  if (base.number === undefined || delta.number === undefined)
    throw faultError('delta-number', 'a CRL and its delta need numbers');
  if (delta.number <= base.number || delta.deltaOf > base.number)
    throw faultError('delta-number', 'the delta CRL does not build upon the CRL');
  if (base.scopeHex !== delta.scopeHex) throw faultError('delta-scope', 'the delta CRL is about other certificates than the CRL');
}
