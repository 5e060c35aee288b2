import { base64Bytes, ownBytes, SignError, scanDer } from '@securosys/core';
import type { CertificateAnswer } from '../api/certificates.js';

const pemBlock = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+?)-----END CERTIFICATE-----/g;

/**
 * DER certificates of an answer: PEM blocks, or one base64 text (both exist, `tsb-rest-api.md` §2.7 and §8, 7). Certificates
 * are scanned before anybody parses them; none is no error.
 * @throws SignError `ERR_PROTOCOL`
 */
export function certificatesOf(answer: CertificateAnswer): Uint8Array<ArrayBuffer>[] {
  const text = answer.certificate ?? answer.rawCertificate;
  if (!text) return [];
  const blocks = [...text.matchAll(pemBlock)].map((match) => match[1] ?? '');
  const bodies = text.includes('-----BEGIN') ? blocks : [text];
  try {
    if (bodies.length === 0 || bodies.length > 10)
      throw new SignError('ERR_MALFORMED', 'certificate answer holds no certificate');
    return bodies.map((body) => {
      const der = base64Bytes(body.replace(/\s+/g, ''), 'certificate');
      scanDer(der, { what: 'certificate' });
      return ownBytes(der);
    });
  } catch (error) {
    if (!SignError.is(error)) throw error;
    throw new SignError('ERR_PROTOCOL', error.message, { cause: error });
  }
}
