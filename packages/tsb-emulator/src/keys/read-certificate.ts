import { X509Certificate } from 'node:crypto';
import { scanDer } from '@securosys/core';
import { failure } from '../failure.js';

/** @throws SignError with the TSB error 409 */
export function readCertificate(der: Uint8Array): X509Certificate {
  try {
    scanDer(der);
    return new X509Certificate(der);
  } catch {
    throw failure(409, 'the certificate is not X.509 in DER');
  }
}
