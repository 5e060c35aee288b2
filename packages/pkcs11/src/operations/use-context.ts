import type { CallOptions } from '@securosys/core';
import type { PinProvider } from '../pin/pin-provider.js';
import type { TokenCalls, UseOptions } from '../token/token-calls.js';
import type { Capabilities } from './capabilities.js';
import type { UsableKey } from './usable-key.js';

/** What the uses of the keys of one token share. */
export interface UseContext {
  readonly token: TokenCalls;
  readonly capabilities: Capabilities;
  readonly pin: Pick<PinProvider, 'withPin'>;
}

/**
 * Makes one use of a key: as it is, or with the PIN where the key wants it each time (CKA_ALWAYS_AUTHENTICATE). The PIN is there before the
 * native call begins, and a wrong one is remembered like that of a login (S41).
 */
export function usedOnce<T>(
  { token, pin }: UseContext,
  { alwaysAuthenticate, label }: UsableKey,
  options: CallOptions,
  use: (options: UseOptions) => Promise<T>,
): Promise<T> {
  if (!alwaysAuthenticate) return use(options);
  const request = { token: token.token, purpose: 'context', ...(label !== undefined && { keyLabel: label }) } as const;
  return pin.withPin(request, (text) => use({ ...options, contextPin: async () => text }), options);
}
