import { equalBytes, SignError } from '@securosys/core';
import { type Certificate, parseCertificate } from '../certificate.js';
import { extendedKeyUsages } from '../chain-rules.js';
import { issuedBy, signatureVerifies } from '../issuance.js';
import { keyHash } from './cert-id.js';
import { faultError } from './fault.js';
import { namesResponder, type OcspResponse } from './ocsp-response.js';

/**
 * Whom the issuer may have answer in its place. `designated`: whose certificate it issued for that, with the key purpose OCSPSigning, and which
 * is valid now and not revoked. `any-issued`: any certificate it ever issued but for the key that is
 * asked about, nearly as the Notation programs believe (`notation.md` §20.4 row 30).
 */
export type OcspDelegate = 'designated' | 'any-issued';

const noCheck = '1.3.6.1.5.5.7.48.1.5';

function refuseUnfit(delegate: Certificate, now: number): void {
  const { extendedKeyUsage, keyUsage } = delegate;
  if (!extendedKeyUsage?.oids.includes(extendedKeyUsages.ocspSigning))
    throw faultError(
      'ocsp-responder-usage',
      'the responder’s certificate was not issued for answering: its key purposes lack OCSPSigning',
    );
  if (keyUsage && !keyUsage.bits.has('digitalSignature'))
    throw faultError('ocsp-responder-usage', 'the responder’s key must not sign answers: its key usage lacks digitalSignature');
  if (delegate.unknownCritical.length > 0)
    throw faultError('critical-extension', 'the responder’s certificate has a critical extension that nothing here understands');
  if (!(now >= delegate.notBefore && now <= delegate.notAfter))
    throw faultError('ocsp-responder-validity', 'the responder’s certificate is not valid now');
}

/** Certificates that came along; one that cannot be read vouches for nothing. */
function readable(der: Uint8Array): Certificate[] {
  try {
    return [parseCertificate(der)];
  } catch (error) {
    if (SignError.is(error)) return [];
    throw error;
  }
}

/** Who a response may be from, and about whom. */
export interface ResponderQuestion {
  /** The certificate that is asked about. */
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly delegates: OcspDelegate;
}

/**
 * Finds who signed a response and whether that one may: the issuer itself, or a delegate that it issued (RFC 6960 §4.2.2.2). Never the key that
 * is asked about, by this or by another certificate: whoever stole it would say that it is good.
 * @returns the delegate's certificate if its own revocation has to be looked at still, which is when it lacks `id-pkix-ocsp-nocheck`
 * @throws SignError with `details.rule`
 */
export function checkResponder(
  response: OcspResponse,
  { certificate: subject, issuer, now, delegates }: ResponderQuestion,
): Certificate | undefined {
  if (!response.signatureAlgorithm)
    throw faultError('algorithm', 'the OCSP response is signed with an algorithm that is broken or unknown');
  if (namesResponder(response, issuer.subjectDer, keyHash(issuer)) && signatureVerifies(response, issuer)) return undefined;
  const named = response.certificates
    .flatMap(readable)
    .filter((certificate) => namesResponder(response, certificate.subjectDer, keyHash(certificate)));
  const issued = named.filter((certificate) => issuedBy(certificate, issuer));
  const signer = issued.find((certificate) => signatureVerifies(response, certificate));
  if (!signer && issued.length === 0 && named.length > 0)
    throw faultError('ocsp-responder', 'the OCSP response is signed by a responder that the issuer did not appoint');
  if (!signer) {
    const why = 'the signature of the OCSP response is neither the issuer’s nor that of a responder it appointed';
    throw faultError('signature', why, { code: 'ERR_SIGNATURE_MISMATCH' });
  }
  if (equalBytes(signer.spki, subject.spki))
    throw faultError('ocsp-responder', 'the OCSP response is signed by the very key that it is about');
  if (delegates === 'any-issued') return undefined;
  refuseUnfit(signer, now);
  return signer.extensions.some(({ oid }) => oid === noCheck) ? undefined : signer;
}
