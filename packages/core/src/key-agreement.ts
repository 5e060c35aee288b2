import type { KeyObject } from 'node:crypto';
import type { KeySpec } from './algorithms.js';
import { invalidArgument, SignError } from './errors.js';
import { keySpecOf, publicKeyFromSpki } from './public-key.js';
import { sanitizeText } from './text.js';

/**
 * How a key agrees on a secret with a public key of somebody else: ECDH with the cofactors of the NIST curves, which are 1. The secret
 * is the x-coordinate of the shared point, big-endian and as wide as the curve (SEC 1 §3.3.1, NIST SP 800-56A §5.7.1.2): 32 bytes for
 * P-256, 48 for P-384, 66 for P-521. It is no key yet: derive one from it.
 */
export type AgreementAlgorithm = 'ecdh';

/** Every agreement algorithm, in the order of {@link AgreementAlgorithm}. */
export const agreementAlgorithms: readonly AgreementAlgorithm[] = ['ecdh'];

const widths: Partial<Readonly<Record<KeySpec, number>>> = { 'ec-p256': 32, 'ec-p384': 48, 'ec-p521': 66 };

/**
 * Bytes of the secret that a key of this spec agrees on; `undefined` for keys that do not agree on any.
 */
export function agreementBytes(spec: KeySpec): number | undefined {
  return widths[spec];
}

/**
 * The public key of the other side, checked before a private key meets it: a point that is not on the private key's own curve would
 * draw that key out of it, piece by piece.
 * @param spec of the private key
 * @param publicKey of the other side, SubjectPublicKeyInfo DER
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED` for an unknown algorithm or a key that is not on a NIST curve; `ERR_MALFORMED` for bytes
 * that are no public key; `ERR_INVALID_ARGUMENT` for one of another curve
 */
export function agreementPeer(algorithm: AgreementAlgorithm, spec: KeySpec | undefined, publicKey: Uint8Array): KeyObject {
  if (!agreementAlgorithms.includes(algorithm))
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `unknown agreement algorithm '${sanitizeText(String(algorithm), 40)}'`);
  if (spec === undefined || widths[spec] === undefined)
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${algorithm} cannot be computed with a ${spec ?? 'key of this type'}`);
  if (!(publicKey instanceof Uint8Array)) invalidArgument('publicKey is not a Uint8Array');
  const peer = publicKeyFromSpki(publicKey);
  if (keySpecOf(peer) !== spec) invalidArgument(`the public key of the other side is not on the curve of this key (${spec})`);
  return peer;
}
