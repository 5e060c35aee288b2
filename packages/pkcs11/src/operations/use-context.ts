import type { CallOptions } from '@securosys/core';
import type { TokenCalls, UseOptions } from '../token/token-calls.js';
import type { Capabilities } from './capabilities.js';
import type { UsableKey } from './usable-key.js';

/** What the uses of the keys of one token share. */
export interface UseContext {
  readonly token: TokenCalls;
  readonly capabilities: Capabilities;
  /** Asks for the PIN of one use of a key with CKA_ALWAYS_AUTHENTICATE. */
  readonly contextPin: (key: UsableKey, options: CallOptions) => Promise<string>;
}

/** The options of one use: those of the call, and the PIN where the key wants it each time. */
export function useOptions({ contextPin }: UseContext, key: UsableKey, options: CallOptions): UseOptions {
  return key.alwaysAuthenticate ? { ...options, contextPin: () => contextPin(key, options) } : options;
}
