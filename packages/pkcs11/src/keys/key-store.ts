import {
  type CallOptions,
  type Clock,
  type KeyPurpose,
  type KeyRef,
  type KeySpecRequest,
  knownOptions,
  publicKeyFromSpki,
} from '@securosys/core';
import type { FoundObject, TokenCalls } from '../token/token-calls.js';
import { type AesPurpose, findAesKey, generateAesKey, type TokenAesKey } from './aes-key.js';
import type { SelfTest } from './check-new-key.js';
import { type DeleteKeyOptions, deleteKey } from './delete-key.js';
import { findKey } from './find-key.js';
import type { ProvePublicHalf } from './find-public-half.js';
import { generateKey } from './generate-key.js';
import { type ImportKeyRequest, importKey } from './import-key.js';
import { keyCache } from './key-cache.js';
import type { Pkcs11KeyInfo } from './key-facts.js';
import { listTokenKeys } from './list-keys.js';
import { knownNewKeyOptions, type NewKeyOptions, newKey } from './new-key.js';
import { publicComponents } from './public-components.js';
import { readCertificates } from './read-certificates.js';
import { type Reception, receiveKey } from './receive-key.js';
import { sameKeyOn } from './same-key.js';
import { storeCertificates } from './store-certificates.js';
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
  /** @throws SignError those of {@link importKey} */
  import(request: ImportKeyRequest, options?: NewKeyOptions & CallOptions): Promise<Pkcs11KeyInfo>;
  /**
   * Takes a private key that `place` puts on the token under the template it is given, as unwrapping does.
   * @throws SignError those of {@link receiveKey}
   */
  receive(request: ReceiveKeyRequest, place: Reception['place'], options?: NewKeyOptions & CallOptions): Promise<Pkcs11KeyInfo>;
  /** @throws SignError those of {@link deleteKey} */
  delete(ref: KeyRef, options?: DeleteKeyOptions): Promise<void>;
  /** @throws SignError those of {@link generateAesKey} */
  createAesKey(label: string, purpose: AesPurpose, options?: CallOptions): Promise<TokenAesKey>;
  /** @throws SignError those of {@link findAesKey} */
  findAesKey(ref: KeyRef, options?: CallOptions): Promise<TokenAesKey>;
  /** DER, leaf first, as far as the token has the chain. @throws SignError those of finding the key */
  certificates(ref: KeyRef, options?: CallOptions): Promise<Uint8Array[]>;
  /** @throws SignError those of {@link storeCertificates} */
  storeCertificates(ref: KeyRef, chain: readonly Uint8Array[], options?: CallOptions): Promise<void>;
}

/** A private key that gets onto the token by other means than generating or importing. */
export interface ReceiveKeyRequest {
  readonly label: string;
  /** SubjectPublicKeyInfo DER of its public half, which the private half does not always show. */
  readonly spki: Uint8Array;
  /** The one thing that the key may do. Default `sign`. */
  readonly purpose?: KeyPurpose;
}

/** Bytes of a new CKA_ID (`pkcs11.md` §3). */
const idBytes = 20;

/** What of the options is for every call. */
function callOptions({ signal, timeoutMs, logger }: CallOptions): CallOptions {
  return { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }), ...(logger && { logger }) };
}

/** The keys of an open token. */
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
  const search = (ref: KeyRef) => findKey(calls, ref, {}, prove);
  const cache = keyCache(calls, clock, search);
  const same = sameKeyOn(calls, search);

  /** A new key may be what was absent a moment ago. */
  async function added(work: Promise<TokenKey>): Promise<Pkcs11KeyInfo> {
    try {
      return describedKey(await work);
    } finally {
      cache.clear();
    }
  }

  return {
    known: (ref) => cache.known(ref),
    find: (ref, options) => cache.get(ref, options),
    use: (ref, act, options) => useKey(calls, cache, same, ref, act, options),
    async describe(ref, options = {}) {
      return describedKey(await findKey(calls, ref, options, prove));
    },
    createAesKey: (label, purpose, options = {}) => generateAesKey(calls, { label, id: randomBytes(idBytes), purpose }, options),
    findAesKey: (ref, options = {}) => findAesKey(calls, ref, options),
    async certificates(ref, options = {}) {
      return readCertificates(calls, await findKey(calls, ref, options, prove), options);
    },
    async storeCertificates(ref, chain, options = {}) {
      await storeCertificates(calls, await findKey(calls, ref, options, prove), chain, options);
    },
    async *list(options = {}) {
      for await (const key of listTokenKeys(calls, options, prove)) yield describedKey(key);
    },
    async create(request, options = {}) {
      knownOptions('createKey', request, ['label', 'spec', 'purpose']);
      knownNewKeyOptions('createKey', options);
      const { label, spec, purpose = 'sign' } = request;
      const asked = newKey(label, spec, purpose, randomBytes(idBytes), options);
      return added(generateKey(calls, asked, options, selfTest, callOptions(options)));
    },
    async import(request, options = {}) {
      knownOptions('importKey', request, ['label', 'privateKey', 'purpose']);
      knownNewKeyOptions('importKey', options);
      return added(importKey(calls, request, randomBytes(idBytes), options, selfTest, callOptions(options)));
    },
    async receive(request, place, options = {}) {
      knownOptions('receive', request, ['label', 'spki', 'purpose']);
      knownNewKeyOptions('receive', options);
      const { label, spki, purpose = 'sign' } = request;
      const { spec, template: publicHalf } = publicComponents(publicKeyFromSpki(spki));
      const asked = newKey(label, spec, purpose, randomBytes(idBytes), options);
      return added(receiveKey(calls, asked, { publicHalf, place }, options, selfTest, callOptions(options)));
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
