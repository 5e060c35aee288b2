import { createPublicKey, type KeyObject } from 'node:crypto';
import { failure } from '../failure.js';
import type { KeyRecord } from './key-record.js';

/** The key of a SubjectPublicKeyInfo that is known to be one. */
export function publicKeyOf(spki: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
}

/** @throws SignError with the TSB error 613 for a secret key */
export function publicHalfOf(key: KeyRecord): KeyObject {
  if (!key.spki) throw failure(613, 'this key has no public half');
  return publicKeyOf(key.spki);
}
