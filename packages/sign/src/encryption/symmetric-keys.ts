import type { KeyBackend, KeyRef } from '@securosys/core';
import type { SymmetricKey, SymmetricKeyOptions } from '@securosys/ocicrypt';
import { loadOcicrypt } from './load-ocicrypt.js';

/**
 * An AES key behind a backend, that images are encrypted for and opened with: both ask the backend. Give it a `store` where people approve that
 * it opens. Its `guards` are asked and told about everything that it opens, with the image; a signing policy knows such uses as `decrypt`, and its rules over
 * keys, which name key pairs, refuse.
 * @param ref pin it with `checkSha256`, as `describeSymmetricKey` of the backend gives it: a key that took the place of another is noticed
 */
export function backendSymmetricKey(backend: KeyBackend, ref: KeyRef, options: SymmetricKeyOptions = {}): SymmetricKey {
  const own = { ...options };
  let made: SymmetricKey | undefined;
  const key = async (): Promise<SymmetricKey> => {
    const room = await loadOcicrypt();
    made ??= room.backendSymmetricKey(backend, ref, own);
    return made;
  };
  return {
    async describe(call) {
      const one = await key();
      return one.describe(call);
    },
    async seal(contentKey, aad, call) {
      const one = await key();
      return one.seal(contentKey, aad, call);
    },
    async open(sealed, aad, use, call) {
      const one = await key();
      return one.open(sealed, aad, use, call);
    },
    async judge(sealed, aad, use, call) {
      const one = await key();
      await one.judge?.(sealed, aad, use, call);
    },
  };
}
