import { type CallOptions, type Clock, type KeyRef, ownBytes, SignError } from '@securosys/core';
import type { TokenCalls } from '../token/token-calls.js';
import { checkRef, keyNotFound, refText } from './key-query.js';

import type { TokenKey } from './token-key.js';
import { waitingFor } from './waiting-for.js';

/** How long an absence is believed: another process may make the key right now (`pkcs11.md` §6.3). */
const absentMs = 1_000;
/** Names that are remembered; a caller with more than these looks some up again. */
const maxNames = 4_096;

/** A reference as it was when it was looked up, because it may be changed, and its key. */
interface Recalled {
  readonly ref: KeyRef;
  readonly key: TokenKey;
}

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
  /** By the references of callers, who use the same one again and again: to compare costs a tenth of putting a name together. */
  let recalled = new WeakMap<KeyRef, Recalled>();
  const absent = new Map<string, number>();
  const running = new Map<string, Promise<TokenKey>>();
  let epoch = calls.epoch;
  let generation = 0;

  function clear(): void {
    generation++;
    recalled = new WeakMap();
    for (const map of [keys, absent, running]) map.clear();
  }

  function current(): void {
    if (epoch === calls.epoch) return;
    epoch = calls.epoch;
    clear();
  }

  function known(ref: KeyRef): TokenKey | undefined {
    current();
    const before = recalled.get(ref);
    if (before && isSame(before.ref, ref)) return before.key;
    checkRef(ref);
    const key = keys.get(refText(ref));
    if (key) recalled.set(ref, { ref: { ...ref, ...(ref.id && { id: ownBytes(ref.id) }) }, key });
    return key;
  }

  async function look(ref: KeyRef, name: string): Promise<TokenKey> {
    const started = generation;
    try {
      const key = await search(ref);
      current();
      // What was found before something was made, destroyed or lost may be gone: it is answered, and not kept.
      if (generation === started && key.handle.epoch === epoch) remember(keys, name, key);
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
      recalled = new WeakMap();
      if (keys.get(refText(ref)) === key) keys.delete(refText(ref));
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
function isSame(a: KeyRef, b: KeyRef): boolean {
  return a.label === b.label && a.spkiSha256 === b.spkiSha256 && isSameId(a.id, b.id);
}

function isSameId(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.byteLength !== b.byteLength) return false;
  for (let at = 0; at < a.byteLength; at++) if (a[at] !== b[at]) return false;
  return true;
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
