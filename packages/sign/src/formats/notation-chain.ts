import { base64Bytes, type Prepared, type Stale } from '@securosys/core';
import { parseCertificate } from '@securosys/pki';

/** Certificates that go with a prepared signature, DER, leaf first. */
export function notationChain(prepared: Prepared<unknown>): readonly Uint8Array[] {
  const { chain } = prepared.toJSON();
  return Array.isArray(chain) ? chain.map((one) => base64Bytes(typeof one === 'string' ? one : '', 'certificate')) : [];
}

/** Whether a certificate of the chain is not valid at `now`: no verifier would take the signature. */
export function notationOutdated(prepared: Prepared<unknown>, now: number): Stale | undefined {
  for (const der of notationChain(prepared)) {
    const { notBefore, notAfter } = parseCertificate(der);
    if (now > notAfter) return { code: 'certificate-expired', reason: 'a certificate of the chain has expired' };
    if (now < notBefore) return { code: 'not-yet-valid', reason: 'a certificate of the chain is not valid yet' };
  }
  return undefined;
}
