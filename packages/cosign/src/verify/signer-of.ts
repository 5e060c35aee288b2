import { algorithmFacts, verifySignature } from '@securosys/core';
import { verifyStoredSignature } from '../keys/signature-bytes.js';
import { refuse } from './reasons.js';
import type { TrustRules } from './trust.js';
import type { TrustedKey } from './trusted-key.js';

function made({ key, algorithm }: TrustedKey, message: Uint8Array, signature: Uint8Array, ieeeP1363: boolean): boolean {
  if (verifyStoredSignature(key, algorithm, message, signature)) return true;
  return ieeeP1363 && algorithmFacts(algorithm).family === 'ecdsa' && verifySignature(key, algorithm, message, signature);
}

/**
 * The trusted key that made a signature (`cosign.md` §10.4). Key and algorithm come from the trust alone.
 * @param hint of a bundle: says which key is tried first, and nothing else
 * @throws SignError a refusal, when no trusted key made it
 */
export function signerOf({ keys, compatibility }: TrustRules, message: Uint8Array, signature: Uint8Array, hint = ''): TrustedKey {
  const hinted = keys.find((key) => key.hint === hint);
  const order = hinted ? [hinted, ...keys.filter((key) => key !== hinted)] : keys;
  const signer = order.find((key) => made(key, message, signature, compatibility.ieeeP1363));
  return signer ?? refuse('no-trusted-key', 'no trusted key made this signature over these bytes');
}
