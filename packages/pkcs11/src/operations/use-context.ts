import type { CallOptions, Clock } from '@securosys/core';
import { waitingFor } from '../keys/waiting-for.js';
import type { PinProvider } from '../pin/pin-provider.js';
import type { TokenCalls, UseOptions } from '../token/token-calls.js';
import type { Capabilities } from './capabilities.js';
import type { UsableKey } from './usable-key.js';

/** What the uses of the keys of one token share. */
export interface UseContext {
  readonly token: TokenCalls;
  readonly capabilities: Capabilities;
  readonly pin: Pick<PinProvider, 'withPin'>;
  /** For the deadline of a use with a PIN. */
  readonly clock: Clock;
}

/**
 * Makes one use of a key: as it is, or with the PIN where the key wants it each time (CKA_ALWAYS_AUTHENTICATE). The PIN is there before the
 * native call begins, and a wrong one is remembered like that of a login (S41): for that the use goes to its end, also when its caller does not
 * wait for it any more.
 */
export function usedOnce<T>(
  { token, pin, clock }: UseContext,
  { alwaysAuthenticate, label }: UsableKey,
  options: CallOptions,
  use: (options: UseOptions) => Promise<T>,
): Promise<T> {
  if (!alwaysAuthenticate) return use(options);
  const request = { token: token.token, purpose: 'context', ...(label !== undefined && { keyLabel: label }) } as const;
  const { signal, timeoutMs, ...own } = options;
  const attempt = (text: string) => use({ ...own, contextPin: async () => text });
  return waitingFor(pin.withPin(request, attempt, options), options, clock);
}
