import { concatBytes, ownBytes, sha256Hex, utf8Bytes, wipe } from '@securosys/core';
import type { PrivateKey } from './private-key.js';

/** A private key while one image is opened: whatever was decrypted with it once is not asked for again. */
export interface SharedKey extends PrivateKey {
  /** Wipes what was decrypted. */
  close(): void;
}

/**
 * Layers that carry the same wrapped key are opened with one use of the private key, also when they are opened at the same time: one
 * approval opens one image.
 */
export function sharedKey(key: PrivateKey): SharedKey {
  const known = new Map<string, Promise<Uint8Array>>();
  let half: ReturnType<PrivateKey['publicHalf']> | undefined;

  async function once(name: string, input: Uint8Array, work: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const id = sha256Hex(concatBytes(utf8Bytes(`${name}\0`), input));
    const running = known.get(id) ?? work();
    known.set(id, running);
    try {
      // A copy: ours is wiped when the image is done.
      return ownBytes(await running);
    } catch (error) {
      // Failures are not kept: people may approve between two layers.
      if (known.get(id) === running) known.delete(id);
      throw error;
    }
  }

  return {
    publicHalf(options) {
      half ??= key.publicHalf(options).catch((error: unknown) => {
        half = undefined;
        throw error;
      });
      return half;
    },
    decrypt: (algorithm, ciphertext, use, options) =>
      once(algorithm, ciphertext, () => key.decrypt(algorithm, ciphertext, use, options)),
    derive: (publicKey, use, options) => once('ecdh', publicKey, () => key.derive(publicKey, use, options)),
    close() {
      for (const secret of known.values()) secret.then(wipe, () => undefined);
      known.clear();
    },
  };
}
