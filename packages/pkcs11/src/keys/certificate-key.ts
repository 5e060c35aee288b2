import type { KeyObject, X509Certificate } from 'node:crypto';
import { nodeCrypto, SignError, scanDer } from '@securosys/core';

/** Longest certificate that is looked at. */
const maxBytes = 1 << 16;

/**
 * A certificate of a token or a caller, as the runtime reads it.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function x509(der: Uint8Array): X509Certificate {
  if (der.byteLength > maxBytes) throw new SignError('ERR_LIMIT', `certificate is over ${maxBytes} bytes`);
  scanDer(der, { what: 'certificate' });
  try {
    return new (nodeCrypto().X509Certificate)(der);
  } catch (cause) {
    throw new SignError('ERR_MALFORMED', 'certificate is not X.509 that this runtime can read', { cause });
  }
}

/** The key in a certificate. @throws SignError `ERR_MALFORMED` for a key that this runtime does not know */
export function keyOfCertificate(certificate: X509Certificate): KeyObject {
  try {
    return certificate.publicKey;
  } catch (cause) {
    throw new SignError('ERR_MALFORMED', 'certificate holds a key that this runtime does not know', { cause });
  }
}

/** The key of a certificate on the token; `undefined` for what is not a certificate with a key that this runtime knows. */
export function certificateKey(der: Uint8Array | undefined): KeyObject | undefined {
  try {
    return der && keyOfCertificate(x509(der));
  } catch (error) {
    if (SignError.is(error, 'ERR_MALFORMED') || SignError.is(error, 'ERR_LIMIT')) return undefined;
    throw error;
  }
}
