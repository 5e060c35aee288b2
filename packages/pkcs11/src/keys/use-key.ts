import { type CallOptions, equalBytes, type KeyRef, SignError } from '@securosys/core';
import type { TokenCalls } from '../token/token-calls.js';
import type { KeyCache } from './key-cache.js';
import { keyNotFound } from './key-query.js';
import { keyChanged, type SameKey } from './same-key.js';
import type { TokenKey } from './token-key.js';

const goneHandles = new Set<unknown>([
  'CKR_KEY_HANDLE_INVALID',
  'CKR_OBJECT_HANDLE_INVALID',
  'CKR_WRAPPING_KEY_HANDLE_INVALID',
  'CKR_UNWRAPPING_KEY_HANDLE_INVALID',
]);

/** Whether an error says that a handle is no longer good. */
export function isGoneHandle(error: unknown): error is SignError {
  return SignError.is(error) && goneHandles.has(error.details.upstreamName);
}

/**
 * Does something with a key. When its handle turns out to be gone (a login elsewhere, an object made anew) the key is looked up again,
 * once, and must be the same key; nothing was executed then, so doing it again is safe.
 * @throws SignError those of finding the key and of `act`; `ERR_KEY_NOT_FOUND` when the key is gone; `ERR_KEY_CHANGED` when another
 * key has its name now
 */
export async function useKey<T>(
  calls: TokenCalls,
  cache: KeyCache,
  same: SameKey,
  ref: KeyRef,
  act: (key: TokenKey) => Promise<T>,
  options?: CallOptions,
): Promise<T> {
  const lookAt = (key: TokenKey) =>
    same(key)?.catch((error: unknown) => {
      cache.forget(ref, key);
      throw error;
    });
  const key = cache.known(ref) ?? (await cache.get(ref, options));
  try {
    const result = await act(key);
    // No await without need: one costs as much as the rest of this.
    const look = lookAt(key);
    if (look) await look;
    return result;
  } catch (error) {
    if (!isGoneHandle(error)) throw error;
  }
  cache.forget(ref, key);
  const again = await cache.get(ref, options);
  if (!equalBytes(again.info.spki, key.info.spki)) throw keyChanged(ref, calls);
  try {
    const result = await act(again);
    await lookAt(again);
    return result;
  } catch (error) {
    if (isGoneHandle(error)) throw keyNotFound(ref, calls.token, error);
    throw error;
  }
}
