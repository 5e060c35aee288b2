import { base64Bytes, publicKeyFromSpki, verifySignature } from '@securosys/core';
import type { OwnSignature } from './formats/image-format.js';
import type { TakenUp } from './take-up.js';

/**
 * Tells whether a signature is by the key of a request over its very bytes; `undefined` when such a signature is of no use, because it has
 * expired.
 */
export function ownSignature({ record, prepared: { parts } }: TakenUp, now: number): OwnSignature | undefined {
  if (parts.some(({ facts: { expiresAt } }) => expiresAt !== undefined && Date.parse(expiresAt) <= now)) return undefined;
  const publicKey = publicKeyFromSpki(base64Bytes(record.identity.spki, 'public key'));
  return (signature, id) => {
    const part = id === undefined && parts.length === 1 ? parts[0] : parts.find((one) => one.id === id);
    return part !== undefined && verifySignature(publicKey, part.algorithm, part.input.message, signature);
  };
}
