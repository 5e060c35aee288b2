import type { KeyObject } from 'node:crypto';
import type { KeyBackend, KeyRef } from '@securosys/core';
import type { BackendKeyOptions, LocalKeyOptions, PrivateKey } from '@securosys/ocicrypt';
import { loadOcicrypt, type OcicryptPackage } from './load-ocicrypt.js';

/** A key whose code is loaded when it is used. */
function lateKey(make: (room: OcicryptPackage) => PrivateKey): PrivateKey {
  let made: PrivateKey | undefined;
  const key = async (): Promise<PrivateKey> => {
    const room = await loadOcicrypt();
    made ??= make(room);
    return made;
  };
  return {
    async publicHalf(options) {
      const one = await key();
      return one.publicHalf(options);
    },
    async decrypt(algorithm, ciphertext, use, options) {
      const one = await key();
      return one.decrypt(algorithm, ciphertext, use, options);
    },
    async derive(publicKey, use, options) {
      const one = await key();
      return one.derive(publicKey, use, options);
    },
    async judge(asked, use, options) {
      const one = await key();
      await one.judge?.(asked, use, options);
    },
  };
}

/**
 * A key behind a backend that opens encrypted images. Where people approve its uses, give it a `store`: a later run then goes on with the request
 * of the first. A request is deleted at the backend before its result is used, and results are stored nowhere. Its `guards` are asked and told about
 * every use, with the image that is opened.
 * @param ref pin it with `spkiSha256`, so that a key that took the place of another is noticed
 */
export function backendPrivateKey(backend: KeyBackend, ref: KeyRef, options: BackendKeyOptions = {}): PrivateKey {
  const own = { ...options };
  return lateKey((room) => room.backendPrivateKey(backend, ref, own));
}

/** A private key in this process that opens encrypted images, for those who have no HSM. */
export function localPrivateKey(key: KeyObject, options: LocalKeyOptions = {}): PrivateKey {
  const own = { ...options };
  return lateKey((room) => room.localPrivateKey(key, own));
}
