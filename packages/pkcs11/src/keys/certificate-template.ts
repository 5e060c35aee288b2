import { hashBytes } from '@securosys/core';
import { CKA, CKC, CKO } from '../cryptoki/attributes.js';
import type { Template } from '../token/template.js';
import type { CertificateFields } from './certificate-fields.js';
import { bytes, flag, text, ulong } from './entries.js';

/** X.509 certificate, complete (`pkcs11.md` §6.8): with its value alone modules refuse it. CKA_TRUSTED is the security officer's. */
export function certificateTemplate(fields: CertificateFields, label: string, id: Uint8Array): Template {
  return [
    ulong(CKA.CLASS, CKO.CERTIFICATE),
    ulong(CKA.CERTIFICATE_TYPE, CKC.X_509),
    flag(CKA.TOKEN, true),
    flag(CKA.PRIVATE, false),
    text(CKA.LABEL, label),
    bytes(CKA.ID, id),
    bytes(CKA.SUBJECT, fields.subject),
    bytes(CKA.ISSUER, fields.issuer),
    bytes(CKA.SERIAL_NUMBER, fields.serial),
    bytes(CKA.VALUE, fields.der),
  ];
}

/** CKA_ID of an authority's certificate: its own, and the same whoever stores it, so that it is stored once. */
export function authorityId({ der }: CertificateFields): Uint8Array {
  return hashBytes('sha256', der).slice(0, 20);
}

/** What people call an authority: its common name, as far as it has a plain one. */
export function authorityLabel({ certificate }: CertificateFields): string {
  const name = /^CN=(.+)$/m.exec(certificate.subject)?.[1]?.trim() ?? '';
  return name === '' || name.includes('\0') ? 'CA certificate' : name.slice(0, 64).toWellFormed();
}
