import type { KeyObject, X509Certificate } from 'node:crypto';
import { invalidArgument, nodeCrypto, ownBytes, scanDer, spkiOf } from '@securosys/core';
import { type ApproverKey, approverKeyFromPrivateKey } from './key.js';
import { keyIdentity } from './requester.js';

function readCertificate(der: Uint8Array): X509Certificate {
  if (!(der instanceof Uint8Array)) invalidArgument('a certificate is DER in bytes');
  try {
    scanDer(der, { what: 'certificate', maxDepth: 16, maxElements: 2_000 });
    return new (nodeCrypto().X509Certificate)(der);
  } catch (cause) {
    return invalidArgument('the approver certificate is not X.509 in DER', cause);
  }
}

/**
 * The key of an approver whom the policy names by certificate.
 * @param certificate DER, exactly the bytes that the policy holds: a renewed certificate of the same key is another approver
 * @param key the private key of this certificate: in memory, or wherever an `ApproverKey` is
 * @throws SignError `ERR_INVALID_ARGUMENT`, also when certificate and key do not belong together
 */
export function approverKeyFromCertificate(certificate: Uint8Array, key: KeyObject | ApproverKey): ApproverKey {
  const { publicKey } = readCertificate(certificate);
  const held = 'spki' in key ? key : approverKeyFromPrivateKey(key);
  if (keyIdentity(spkiOf(publicKey)) !== keyIdentity(held.spki))
    invalidArgument('the certificate is not that of this approver key');
  return {
    spki: ownBytes(held.spki),
    certificate: ownBytes(certificate),
    digestAlgorithm: held.digestAlgorithm,
    sign: (bytes, options) => held.sign(bytes, options),
  };
}
