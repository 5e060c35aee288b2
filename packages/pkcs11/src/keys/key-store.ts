import { type CallOptions, type Clock, type KeyRef, type KeySpecRequest, knownOptions } from '@securosys/core';
import type { FoundObject, TokenCalls } from '../token/token-calls.js';
import type { SelfTest } from './check-new-key.js';
import { type DeleteKeyOptions, deleteKey } from './delete-key.js';
import { findKey } from './find-key.js';
import type { ProvePublicHalf } from './find-public-half.js';
import { generateKey } from './generate-key.js';
import { keyCache } from './key-cache.js';
import type { Pkcs11KeyInfo } from './key-facts.js';
import { listTokenKeys } from './list-keys.js';
import { knownNewKeyOptions, type NewKeyOptions, newKey } from './new-key.js';
import { describedKey, type TokenKey, tokenKey } from './token-key.js';
import { useKey } from './use-key.js';

/** What the keys of a token are kept with. */
export interface KeyStoreOptions {
  readonly calls: TokenCalls;
  readonly clock: Clock;
  /** Random bytes for CKA_ID. */
  readonly randomBytes: (length: number) => Uint8Array;
  readonly selfTest: SelfTest;
}

/** The keys of one open token. References are those of `core`; each method refuses one that several keys match. */
export interface KeyStore {
  /** The key, if it was found before in this login epoch: no wait, for the path that is walked for every signature. */
  known(ref: KeyRef): TokenKey | undefined;
  /** @throws SignError `ERR_KEY_NOT_FOUND`, `ERR_KEY_CHANGED`, `ERR_KEY_NOT_USABLE`, `ERR_INVALID_ARGUMENT` with `details.matches` */
  find(ref: KeyRef, options?: CallOptions): Promise<TokenKey>;
  /** Does something with the handle of a key, and once more with a new handle when the old one is gone: see {@link useKey}. */
  use<T>(ref: KeyRef, act: (key: TokenKey) => Promise<T>, options?: CallOptions): Promise<T>;
  /** Looks at the token each time: what is described is there. */
  describe(ref: KeyRef, options?: CallOptions): Promise<Pkcs11KeyInfo>;
  list(options?: CallOptions): AsyncIterable<Pkcs11KeyInfo>;
  /** @throws SignError those of {@link generateKey} */
  create(request: KeySpecRequest, options?: NewKeyOptions & CallOptions): Promise<Pkcs11KeyInfo>;
  /** @throws SignError those of {@link deleteKey} */
  delete(ref: KeyRef, options?: DeleteKeyOptions): Promise<void>;
}

/** Bytes of a new CKA_ID (`pkcs11.md` §3). */
const idBytes = 20;

export function keyStore({ calls, clock, randomBytes, selfTest }: KeyStoreOptions): KeyStore {
  const prove: ProvePublicHalf = async (found: FoundObject, candidate, options) => {
    const key = tokenKey(found, candidate, calls.token);
    if (!key.usages.includes('sign') || key.alwaysAuthenticate) return false;
    try {
      await selfTest(key, 'sign', options);
      return true;
    } catch {
      // Whatever went wrong, the guess is not proven; the search says that the key has no public half.
      return false;
    }
  };
  const cache = keyCache(calls, clock, (ref) => findKey(calls, ref, {}, prove));

  return {
    known: (ref) => cache.known(ref),
    find: (ref, options) => cache.get(ref, options),
    use: (ref, act, options) => useKey(calls, cache, ref, act, options),
    async describe(ref, options = {}) {
      return describedKey(await findKey(calls, ref, options, prove));
    },
    async *list(options = {}) {
      for await (const key of listTokenKeys(calls, options)) yield describedKey(key);
    },
    async create(request, options = {}) {
      knownOptions('createKey', request, ['label', 'spec', 'purpose']);
      knownNewKeyOptions('createKey', options);
      const { signal, timeoutMs, logger } = options;
      const rest = { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }), ...(logger && { logger }) };
      const asked = newKey(request.label, request.spec, request.purpose ?? 'sign', randomBytes(idBytes), options);
      try {
        return describedKey(await generateKey(calls, asked, options, selfTest, rest));
      } finally {
        cache.clear();
      }
    },
    async delete(ref, options = {}) {
      knownOptions('deleteKey', options, ['certificates', 'signal', 'timeoutMs', 'logger']);
      try {
        await deleteKey(calls, ref, options);
      } finally {
        cache.clear();
      }
    },
  };
}
