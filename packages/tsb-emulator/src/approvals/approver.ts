import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { base64Bytes, base64Text, scanDer, spkiOf } from '@securosys/core';
import { failure } from '../failure.js';

/** Somebody who may approve: a public key, alone or in a certificate (`tsb-rest-api.md` §4.1). */
export interface Approver {
  readonly type: 'public_key' | 'certificate';
  readonly key: KeyObject;
  /** Base64 of the SubjectPublicKeyInfo DER. */
  readonly spki: string;
  /** Base64 of what was given. */
  readonly value: string;
}

const keyTypes = new Set(['rsa', 'ec', 'ed25519', 'dsa']);

/** @throws SignError with the TSB error 407, 601 */
export function readApproverKey(value: string): Approver {
  const der = base64Bytes(value, 'public key');
  let key: KeyObject;
  try {
    scanDer(der);
    key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  } catch {
    throw failure(407, 'an approver public key is not SubjectPublicKeyInfo in DER');
  }
  if (!keyTypes.has(key.asymmetricKeyType ?? '')) throw failure(601, 'an approver key has to be RSA, EC, Ed25519 or DSA');
  return { type: 'public_key', key, spki: value, value };
}

/** @throws SignError with the TSB error 409, 601, 604 */
export function readApproverCertificate(value: string): Approver & { readonly name: string } {
  const der = base64Bytes(value, 'certificate');
  let certificate: X509Certificate;
  try {
    scanDer(der);
    certificate = new X509Certificate(der);
  } catch {
    throw failure(409, 'an approver certificate is not X.509 in DER');
  }
  const key = certificate.publicKey;
  if (!keyTypes.has(key.asymmetricKeyType ?? '')) throw failure(601, 'an approver key has to be RSA, EC, Ed25519 or DSA');
  const name = /^CN=(.+)$/m.exec(certificate.subject)?.[1];
  if (name === undefined) throw failure(604, 'an approver certificate has no common name');
  return { type: 'certificate', key, spki: base64Text(spkiOf(key)), value, name };
}

/** The one approver that a body names. @throws SignError with the TSB error 600, and as the readers above */
export function readApprover(fields: {
  readonly approverPublicKey?: string | null | undefined;
  readonly approverCertificate?: string | null | undefined;
}): Approver {
  const { approverPublicKey, approverCertificate } = fields;
  if ((approverPublicKey == null) === (approverCertificate == null))
    throw failure(600, 'exactly one of approverPublicKey and approverCertificate is needed');
  return approverPublicKey != null ? readApproverKey(approverPublicKey) : readApproverCertificate(approverCertificate as string);
}
