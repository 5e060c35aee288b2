import { createHash, createPublicKey, constants as options, verify } from 'node:crypto';
import type { SignatureAlgorithm } from '@securosys/core';

const hashOf = (algorithm: SignatureAlgorithm): string | undefined => /-(sha\d+)$/.exec(algorithm)?.[1];

/** What a token gets to sign: the digest of a message, or the message for Ed25519. */
export function tokenInput(algorithm: SignatureAlgorithm, message: Uint8Array): Uint8Array {
  const hash = hashOf(algorithm);
  return hash === undefined ? message : createHash(hash).update(message).digest();
}

/**
 * Node's own judgement of signatures, without any of our code.
 * @param spki SubjectPublicKeyInfo, DER, as another program than ours showed it
 */
export function judgeOf(
  spki: Uint8Array,
  algorithm: SignatureAlgorithm,
): (message: Uint8Array, signature: Uint8Array) => boolean {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const padding = algorithm.startsWith('rsa-pss')
    ? { padding: options.RSA_PKCS1_PSS_PADDING, saltLength: options.RSA_PSS_SALTLEN_DIGEST }
    : {};
  const judged = { key, dsaEncoding: 'ieee-p1363' as const, ...padding };
  return (message, signature) => verify(hashOf(algorithm), message, judged, signature);
}
