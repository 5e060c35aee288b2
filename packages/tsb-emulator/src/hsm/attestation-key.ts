import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { ownBytes } from '@securosys/core';

export const attestationKeyName = 'emulated-attestation-key';

/** The partition's attestation key: RSA, SHA-256, PKCS#1 v1.5 (`tsb-rest-api.md` §1.5). Made when first needed, because RSA is slow. */
export class AttestationKey {
  #key: KeyObject | undefined;
  readonly #keep: (make: () => KeyObject) => KeyObject;

  /** @param keep gives the key back after a restart; without it the key is fresh */
  constructor(key?: KeyObject, keep: (make: () => KeyObject) => KeyObject = (make) => make()) {
    this.#key = key;
    this.#keep = keep;
  }

  #private(): KeyObject {
    this.#key ??= this.#keep(() => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
    return this.#key;
  }

  get publicKey(): KeyObject {
    return createPublicKey(this.#private());
  }

  sign(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    return ownBytes(sign('sha256', bytes, this.#private()));
  }
}
