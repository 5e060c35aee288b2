import type { SecretWatch } from '../recipients/keys/shared-key.js';

/** A secret that somebody uses, or has used. */
interface Held {
  users: number;
  /** Whether it was there for as long as it may be in all. */
  over: boolean;
  unused: NodeJS.Timeout | undefined;
  most: NodeJS.Timeout | undefined;
}

/** Times its share in all, whatever uses it: else whoever repeats a call in time would keep a secret for ever. */
const mostTimes = 10;

/**
 * How long secrets are kept, each by itself: some time since the last use, and ten times that since the first.
 * @param keepMs milliseconds
 * @param forget called when the time of a secret is over and nobody uses it
 */
export function createSecretTimes(keepMs: number, forget: (id: string) => void): { readonly watch: SecretWatch; close(): void } {
  const held = new Map<string, Held>();

  function end(id: string, secret: Held): void {
    secret.over = true;
    if (secret.users > 0) return;
    clearTimeout(secret.unused);
    clearTimeout(secret.most);
    held.delete(id);
    forget(id);
  }

  return {
    watch(id) {
      const secret = held.get(id) ?? { users: 0, over: false, unused: undefined, most: undefined };
      held.set(id, secret);
      secret.users++;
      clearTimeout(secret.unused);
      return () => {
        secret.users--;
        if (secret.over) return end(id, secret);
        // The wait for people is no part of it.
        secret.most ??= setTimeout(() => end(id, secret), keepMs * mostTimes).unref();
        if (secret.users === 0) secret.unused = setTimeout(() => end(id, secret), keepMs).unref();
      };
    },
    close() {
      for (const { unused, most } of held.values()) {
        clearTimeout(unused);
        clearTimeout(most);
      }
      held.clear();
    },
  };
}
