import { equalBytes, sha256Hex } from '@securosys/core';
import { type Certificate, parseCertificate } from '../certificate.js';

/**
 * Certificates of authorities met lately, by their bytes. A verifier meets the same few authorities in every token; one object for each
 * spares reading it again, and `issuedBy` remembers of objects that it found a signature right. Neither trust nor validity is kept.
 */
const recent = new Map<string, Certificate>();
const maxRecent = 64;
const maxRecentBytes = 8 * 1024;

/**
 * `parseCertificate`, but the same bytes give the same object while it is remembered.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function knownCertificate(der: Uint8Array): Certificate {
  if (der.byteLength > maxRecentBytes) return parseCertificate(der);
  const name = sha256Hex(der);
  const known = recent.get(name);
  // Its bytes were given out: whoever wrote into them changed what this object is.
  const certificate = known && equalBytes(known.der, der) ? known : parseCertificate(der);
  // Moved to the end: what is met again and again outlives what is met once.
  recent.delete(name);
  const [oldest] = recent.keys();
  if (recent.size >= maxRecent && oldest !== undefined) recent.delete(oldest);
  recent.set(name, certificate);
  return certificate;
}
