import { concatBytes, ownBytes, SignError, sha256Hex, utf8Bytes, type WaitOptions, wipe } from '@securosys/core';
import type { AskedOfKey, KeyUse, PrivateKey } from './private-key.js';

/** A private key while one image is opened: whatever was decrypted with it once is not asked for again. */
export interface SharedKey extends PrivateKey {
  /** Wipes one secret, by the name that {@link SecretWatch} was told. Nobody may be using it. */
  forget(id: string): void;
  /** Wipes what was decrypted. */
  close(): void;
}

/** Told when somebody begins to use a secret, and, by what it returns, when they have it. */
export type SecretWatch = (id: string) => () => void;

/** Whether an error says only that somebody else waited no longer. */
function othersGaveUp(error: unknown, options: WaitOptions | undefined): boolean {
  if (options?.signal?.aborted) return false;
  return !SignError.is(error) || error.code === 'ERR_APPROVAL_PENDING' || error.code === 'ERR_TIMEOUT';
}

/**
 * Results by what they are the results of. Work that runs is joined; failures are not kept, because people may approve between two
 * layers.
 */
function memory<T>() {
  const known = new Map<string, Promise<T>>();
  async function once(id: string, options: WaitOptions | undefined, work: () => Promise<T>): Promise<T> {
    const running = known.get(id);
    if (running) {
      try {
        return await running;
      } catch (error) {
        if (!othersGaveUp(error, options)) throw error;
        return once(id, options, work);
      }
    }
    const own = work();
    known.set(id, own);
    try {
      return await own;
    } catch (error) {
      if (known.get(id) === own) known.delete(id);
      throw error;
    }
  }
  return { known, once };
}

/**
 * Layers that carry the same wrapped key are opened with one use of the private key, also when they are opened at the same time: one
 * approval opens one image.
 */
export function sharedKey(key: PrivateKey, watch: SecretWatch = () => () => undefined): SharedKey {
  const secrets = memory<Uint8Array>();
  const halves = memory<Awaited<ReturnType<PrivateKey['publicHalf']>>>();

  async function once(
    name: string,
    input: Uint8Array,
    options: WaitOptions | undefined,
    work: () => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    const id = sha256Hex(concatBytes(utf8Bytes(`${name}\0`), input));
    const done = watch(id);
    try {
      // A copy: ours is wiped when the image is done.
      return ownBytes(await secrets.once(id, options, work));
    } finally {
      done();
    }
  }

  /** Only the guards are asked, where that is all that is wanted. */
  async function used(
    name: string,
    asked: AskedOfKey,
    use: KeyUse,
    options: WaitOptions | undefined,
    work: () => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    if (!use.insteadOfKey) return once(name, asked.publicKey ?? asked.ciphertext, options, work);
    await key.judge?.(asked, use, options);
    return use.insteadOfKey();
  }

  return {
    publicHalf: (options) => halves.once('', options, () => key.publicHalf(options)),
    decrypt: (algorithm, ciphertext, use, options) =>
      used(algorithm, { algorithm, ciphertext }, use, options, () => key.decrypt(algorithm, ciphertext, use, options)),
    derive: (publicKey, use, options) => used('ecdh', { publicKey }, use, options, () => key.derive(publicKey, use, options)),
    forget(id) {
      secrets.known.get(id)?.then(wipe, () => undefined);
      secrets.known.delete(id);
    },
    close() {
      for (const secret of secrets.known.values()) secret.then(wipe, () => undefined);
      secrets.known.clear();
    },
  };
}
