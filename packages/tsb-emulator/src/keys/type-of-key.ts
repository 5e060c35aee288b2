import { createPublicKey, type KeyObject } from 'node:crypto';
import { keySpecOf } from '@securosys/core';
import { type KeyType, specOfCurve } from './key-specs.js';

/** The type of a private or public key; `undefined` for one that the emulator has no software for. */
export function typeOfKey(key: KeyObject): KeyType | undefined {
  if (key.type === 'secret') return undefined;
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return keySpecOf(publicKey) ?? specOfCurve(publicKey.asymmetricKeyDetails?.namedCurve);
}
