import type { PrivateKey } from '../recipients/keys/private-key.js';
import { type SharedKey, sharedKey } from '../recipients/keys/shared-key.js';
import type { ProviderKey } from './key-provider.js';

/** Gives out the private key of one call, which may be shared with other calls. */
export type KeyPool = (kid: string, known: ProviderKey, make: () => PrivateKey) => PrivateKey;

/** Every call has its own keys. */
export const noPool: KeyPool = (_kid, _known, make) => make();

interface Shared {
  readonly key: SharedKey;
  users: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Lets the calls of a service share what was unwrapped, for as long as it is used and a little longer: the layers of an image that carry
 * the same encrypted content key come one after the other, and nothing in the protocol says that they belong together.
 * @param keepMs since the last use
 */
export function createKeyPool(keepMs: number): { readonly pool: KeyPool; close(): void } {
  const shared = new Map<string, Shared>();

  function forget(id: string): void {
    const entry = shared.get(id);
    if (!entry || entry.users > 0) return;
    clearTimeout(entry.timer);
    shared.delete(id);
    entry.key.close();
  }

  /** Counts a use while it runs, and starts the clock anew when it is over. */
  function used(id: string, entry: Shared): <T>(work: Promise<T>) => Promise<T> {
    return async (work) => {
      entry.users++;
      clearTimeout(entry.timer);
      try {
        return await work;
      } finally {
        entry.users--;
        if (entry.users === 0) entry.timer = setTimeout(() => forget(id), keepMs).unref();
      }
    };
  }

  const pool: KeyPool = (kid, { ref, algorithm }, make) => {
    const id = JSON.stringify([kid, ref.label, ref.id && [...ref.id], ref.spkiSha256, algorithm]);
    const entry = shared.get(id) ?? { key: sharedKey(make()), users: 0, timer: undefined };
    shared.set(id, entry);
    const use = used(id, entry);
    return {
      publicHalf: (options) => use(entry.key.publicHalf(options)),
      decrypt: (algorithmOfUse, ciphertext, why, options) => use(entry.key.decrypt(algorithmOfUse, ciphertext, why, options)),
      derive: (publicKey, why, options) => use(entry.key.derive(publicKey, why, options)),
    };
  };
  return {
    pool,
    close() {
      for (const [id, entry] of shared) {
        entry.users = 0;
        forget(id);
      }
    },
  };
}
