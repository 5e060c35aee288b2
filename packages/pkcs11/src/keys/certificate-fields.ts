import type { X509Certificate } from 'node:crypto';
import { type DerElement, derChildren, ownBytes, readDer, SignError } from '@securosys/core';
import { x509 } from './certificate-key.js';

/** A certificate, and what PKCS#11 wants of it as attributes of their own (`pkcs11.md` §6.8). */
export interface CertificateFields {
  readonly der: Uint8Array;
  /** Name as DER. */
  readonly subject: Uint8Array;
  readonly issuer: Uint8Array;
  /** DER INTEGER with tag and length. */
  readonly serial: Uint8Array;
  readonly certificate: X509Certificate;
}

/**
 * The fields of a certificate (RFC 5280 §4.1).
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function certificateFields(der: Uint8Array): CertificateFields {
  if (!(der instanceof Uint8Array)) throw new SignError('ERR_INVALID_ARGUMENT', 'a certificate is DER in a Uint8Array');
  const own = ownBytes(der);
  const certificate = x509(own);
  const [tbs] = derChildren(own, readDer(own, 0));
  const fields = tbs ? derChildren(own, tbs) : [];
  // version [0] is left out by version 1.
  const [serial, , issuer, , subject] = fields[0]?.tag === 0xa0 ? fields.slice(1) : fields;
  if (serial?.tag !== 0x02 || issuer?.tag !== 0x30 || subject?.tag !== 0x30)
    throw new SignError('ERR_MALFORMED', 'certificate has no serial number, issuer or subject');
  const section = ({ start, end }: DerElement) => own.slice(start, end);
  return { der: own, serial: section(serial), issuer: section(issuer), subject: section(subject), certificate };
}
