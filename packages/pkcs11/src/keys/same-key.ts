import { equalBytes, type KeyRef, SignError } from '@securosys/core';
import type { TokenCalls } from '../token/token-calls.js';
import { refName } from './key-query.js';
import type { TokenKey } from './token-key.js';

/** Looks whether a key is still the one that it was; nothing to wait for where it was not found again. */
export type SameKey = (key: TokenKey) => Promise<void> | undefined;

/** The answer when another key has the name of one that is known (S7). */
export function keyChanged(ref: KeyRef, calls: TokenCalls): SignError {
  return new SignError('ERR_KEY_CHANGED', `another key has the name of ${refName(ref)} now`, {
    details: { tokenLabel: calls.token.label },
  });
}

/** All that use a key at the same time share one look at it. */
interface Look {
  readonly times: number;
  readonly found: Promise<TokenKey>;
}

/**
 * The connection finds a key again by its id and label when its handle is gone. Who can delete a key can also make another one of these names,
 * so after each such time the public half is read again before a result is handed out (S7).
 * @param search looks on the token
 */
export function sameKeyOn(calls: TokenCalls, search: (ref: KeyRef) => Promise<TokenKey>): SameKey {
  const looks = new WeakMap<TokenKey, Look>();
  const look = async (key: TokenKey, times: number) => {
    // By its names alone: with its public key, one of two keys of these names would do.
    const { label, id } = key.info.ref;
    const ref = { ...(label !== undefined && { label }), ...(id && { id }) };
    let last = looks.get(key);
    if (last?.times !== times) {
      last = { times, found: search(ref) };
      looks.set(key, last);
    }
    const { info } = await last.found;
    if (!equalBytes(info.spki, key.info.spki)) throw keyChanged(key.info.ref, calls);
  };
  return (key) => {
    const times = calls.foundAgain(key.handle);
    return times === 0 ? undefined : look(key, times);
  };
}
