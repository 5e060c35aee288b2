import { base64Bytes, publicKeyFromSpki, verifySignature } from '@securosys/core';
import type { TakenUp } from './take-up.js';

/**
 * Tells whether a signature is by the key of a request over its very bytes, which is all that counts (S30); `undefined` when such a
 * signature is of no use, because it has expired.
 */
export function ownSignature({ record, prepared }: TakenUp, now: number): ((signature: Uint8Array) => boolean) | undefined {
  const [part, more] = prepared.parts;
  if (!part || more) return undefined;
  const { expiresAt } = part.facts;
  if (expiresAt !== undefined && Date.parse(expiresAt) <= now) return undefined;
  const publicKey = publicKeyFromSpki(base64Bytes(record.identity.spki, 'public key'));
  return (signature) => verifySignature(publicKey, part.algorithm, part.input.message, signature);
}
