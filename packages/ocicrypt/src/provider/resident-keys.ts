import type { PrivateKey } from '../recipients/keys/private-key.js';
import { type SharedKey, sharedKey } from '../recipients/keys/shared-key.js';
import type { ProviderKey } from './key-provider.js';
import { createSecretTimes } from './secret-times.js';

/** Gives out the private key of one call, which may be shared with other calls. */
export type KeyPool = (kid: string, known: ProviderKey, make: () => PrivateKey) => PrivateKey;

/** Every call has its own keys. */
export const noPool: KeyPool = (_kid, _known, make) => make();

/** How long a backend is taken at its word about a key, in milliseconds: its public half, and whether people have to be asked. */
const describedMs = 30_000;

/** A key that is bound anew, and so described anew, after a while, and when something about it went wrong. */
function renewed(make: () => PrivateKey): { readonly key: PrivateKey; close(): void } {
  let bound: PrivateKey | undefined;
  let timer: NodeJS.Timeout | undefined;
  function drop(): void {
    clearTimeout(timer);
    bound = undefined;
  }
  async function using<T>(work: (key: PrivateKey) => Promise<T>): Promise<T> {
    if (!bound) {
      bound = make();
      timer = setTimeout(drop, describedMs).unref();
    }
    const used = bound;
    try {
      return await work(used);
    } catch (error) {
      if (bound === used) drop();
      throw error;
    }
  }
  const key: PrivateKey = {
    publicHalf: (options) => using((one) => one.publicHalf(options)),
    decrypt: (algorithm, ciphertext, why, options) => using((one) => one.decrypt(algorithm, ciphertext, why, options)),
    derive: (publicKey, why, options) => using((one) => one.derive(publicKey, why, options)),
  };
  return { key, close: drop };
}

/**
 * Lets the calls of a service share what was unwrapped: the layers of an image that carry the same encrypted content key come one after the
 * other, and nothing else in the protocol says that they belong together. Each content key has a time of its own (S14).
 * @param keepMs since its last use; ten times that in all
 */
export function createKeyPool(keepMs: number): { readonly pool: KeyPool; close(): void } {
  const shared = new Map<string, { readonly key: SharedKey; close(): void }>();

  function open(make: () => PrivateKey) {
    const { key: bound, close: unbind } = renewed(make);
    const times = createSecretTimes(keepMs, (id) => secrets.forget(id));
    const secrets = sharedKey(bound, times.watch);
    // What is public is asked where it may be renewed.
    const key: SharedKey = { ...secrets, publicHalf: bound.publicHalf };
    return {
      key,
      close() {
        times.close();
        unbind();
        secrets.close();
      },
    };
  }

  return {
    pool(kid, { ref, algorithm }, make) {
      const id = JSON.stringify([kid, ref.label, ref.id && [...ref.id], ref.spkiSha256, ref.checkSha256, algorithm]);
      const found = shared.get(id) ?? open(make);
      shared.set(id, found);
      const { publicHalf, decrypt, derive } = found.key;
      return { publicHalf, decrypt, derive };
    },
    close() {
      for (const { close } of shared.values()) close();
      shared.clear();
    },
  };
}
