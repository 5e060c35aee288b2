import { nodeCrypto, SignError, spkiOf } from '@securosys/core';

/**
 * The public key of a file in PEM: a key, or a certificate.
 * @param what the file is, for errors
 * @returns SubjectPublicKeyInfo DER
 * @throws SignError `ERR_MALFORMED`
 */
export function publicKeyOf(pem: Uint8Array, what: string): Uint8Array {
  try {
    return spkiOf(nodeCrypto().createPublicKey(Buffer.from(pem)));
  } catch {
    throw new SignError('ERR_MALFORMED', `${what} holds no public key or certificate in PEM`); // the platform says no more
  }
}
