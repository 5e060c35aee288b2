import { createSecretKey, type KeyObject } from 'node:crypto';
import { concatBytes, ownBytes, readDer } from '@securosys/core';
import { failure } from '../failure.js';
import { secretTypeOfLength } from '../inferred.js';
import type { KeyRecord } from './key-record.js';
import { type KeyFamily, type KeyType, specFacts } from './key-specs.js';
import { readPrivateKey } from './read-keys.js';
import { typeOfKey } from './type-of-key.js';

/** A key that came out of its wrapping. */
export interface UnwrappedKey {
  readonly spec: KeyType;
  readonly key: KeyObject;
}

/**
 * What is wrapped: PKCS#8 DER of a private key, the bytes of a secret one.
 * @throws SignError with the TSB error 101 for ML-DSA keys, 614 for a public half alone
 */
export function wrappedForm({ spec, privateKey }: KeyRecord): Uint8Array<ArrayBuffer> {
  const { family } = specFacts(spec);
  if (family === 'ml-dsa') throw failure(101, 'the emulator does not give out ML-DSA keys');
  if (family === 'secret') return ownBytes(privateKey.export());
  return ownBytes(privateKey.export({ format: 'der', type: 'pkcs8' }));
}

/** With zeros behind it up to a multiple of 8 bytes: for DER, which says itself how long it is. */
export function paddedForm(form: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(form, new Uint8Array((8 - (form.byteLength % 8)) % 8));
}

/** What {@link paddedForm} padded. */
function unpadded(bytes: Uint8Array): Uint8Array {
  const { end } = readDer(bytes, 0, bytes.byteLength, 'wrapped key');
  if (bytes.byteLength - end > 7 || bytes.subarray(end).some((byte) => byte !== 0)) throw failure(701, 'Error unwrapping key');
  return bytes.subarray(0, end);
}

/**
 * The key in unwrapped bytes.
 * @param family the one that the method names; `secret` for methods without a suffix
 * @throws SignError with the TSB error 701 for bytes that are no such key
 */
export function unwrappedKey(bytes: Uint8Array, family: KeyFamily): UnwrappedKey {
  if (family === 'secret') {
    const spec = secretTypeOfLength.get(bytes.byteLength);
    if (!spec) throw failure(701, 'Error unwrapping key');
    return { spec, key: createSecretKey(bytes) };
  }
  try {
    const key = readPrivateKey(unpadded(bytes));
    const spec = typeOfKey(key);
    if (spec && specFacts(spec).family === family) return { spec, key };
  } catch {
    throw failure(701, 'Error unwrapping key');
  }
  throw failure(701, 'Error unwrapping key');
}
