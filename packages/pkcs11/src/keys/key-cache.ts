import { type CallOptions, type Clock, type KeyRef, SignError } from '@securosys/core';
import type { TokenCalls } from '../token/token-calls.js';
import { checkRef, keyNotFound, refText } from './key-query.js';

import type { TokenKey } from './token-key.js';
import { waitingFor } from './waiting-for.js';

/** How long an absence is believed: another process may make the key right now (`pkcs11.md` §6.3). */
const absentMs = 1_000;
/** Names that are remembered; a caller with more than these looks some up again. */
const maxNames = 4_096;

/** Keys by their names, each found once per login epoch however many ask at once. */
export interface KeyCache {
  /** What is known now without asking the token. */
  known(ref: KeyRef): TokenKey | undefined;
  /** @throws SignError as the search does */
  get(ref: KeyRef, options?: CallOptions): Promise<TokenKey>;
  /** Forgets one key, unless the name stands for a newer find already. */
  forget(ref: KeyRef, key: TokenKey): void;
  /** Forgets everything, after objects were made or destroyed. */
  clear(): void;
}

/** @param search looks on the token; its waiting is shared, so it gets the options of nobody */
export function keyCache(calls: TokenCalls, clock: Clock, search: (ref: KeyRef) => Promise<TokenKey>): KeyCache {
  const keys = new Map<string, TokenKey>();
  /** By public key: a text that is there already costs a tenth of one that is put together for every signature. */
  const pinned = new Map<string, TokenKey>();
  const absent = new Map<string, number>();
  const running = new Map<string, Promise<TokenKey>>();
  let epoch = calls.epoch;
  let generation = 0;

  function clear(): void {
    generation++;
    for (const map of [keys, pinned, absent, running]) map.clear();
  }

  function current(): void {
    if (epoch === calls.epoch) return;
    epoch = calls.epoch;
    clear();
  }

  function known(ref: KeyRef): TokenKey | undefined {
    current();
    const { label, id, spkiSha256 } = ref ?? {};
    const key = spkiSha256 === undefined || id === undefined ? undefined : pinned.get(spkiSha256);
    if (key && (label === undefined || label === key.label) && sameId(id, key.id)) return key;
    checkRef(ref);
    return keys.get(refText(ref));
  }

  async function look(ref: KeyRef, name: string): Promise<TokenKey> {
    const started = generation;
    try {
      const key = await search(ref);
      current();
      // What was found before something was made, destroyed or lost may be gone: it is answered, and not kept.
      if (generation === started && key.handle.epoch === epoch) {
        remember(keys, name, key);
        if (key.info.ref.spkiSha256 !== undefined) remember(pinned, key.info.ref.spkiSha256, key);
      }
      return key;
    } catch (error) {
      if (generation === started && isAbsence(error)) remember(absent, name, clock.now() + absentMs);
      throw error;
    } finally {
      if (generation === started) running.delete(name);
    }
  }

  return {
    known,
    clear,
    forget(ref, key) {
      if (keys.get(refText(ref)) === key) keys.delete(refText(ref));
      const { spkiSha256 } = key.info.ref;
      if (spkiSha256 !== undefined && pinned.get(spkiSha256) === key) pinned.delete(spkiSha256);
    },
    async get(ref, options = {}) {
      const key = known(ref);
      if (key) return key;
      const name = refText(ref);
      const until = absent.get(name);
      if (until !== undefined && clock.now() < until) throw keyNotFound(ref, calls.token);
      absent.delete(name);
      let shared = running.get(name);
      if (!shared) {
        shared = look(ref, name);
        running.set(name, shared);
      }
      return waitingFor(shared, options, clock);
    },
  };
}

/** The token's own word that there is no such key; what a module returned says nothing of the next search. */
const isAbsence = (error: unknown): boolean =>
  SignError.is(error, 'ERR_KEY_NOT_FOUND') && error.details.upstreamCode === undefined;

/** Names are no secrets: it may take as long as it takes. */
function sameId(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && a.byteLength === b.byteLength && a.every((byte, at) => byte === b[at]);
}

/** Adds one and drops the oldest when there are too many. */
function remember<T>(map: Map<string, T>, name: string, value: T): void {
  map.set(name, value);
  if (map.size <= maxNames) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
