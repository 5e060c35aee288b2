import type { SignError } from '@securosys/core';
import type { PinProvider } from '../pin/pin-provider.js';
import type { TokenEvents } from './events.js';
import type { SlotHost } from './slot-host.js';
import type { Timers } from './timers.js';

/** What a slot needs of each open token that uses it: how to log in and wait, and whom to tell. */
export interface SlotUser {
  readonly pin: PinProvider;
  readonly timers: Timers;
  readonly random: () => number;
  readonly operationTimeoutMs: number;
  readonly reconnectTimeoutMs: number;
  readonly keepAliveMs: number;
  emit<K extends keyof TokenEvents>(event: K, value: TokenEvents[K]): void;
  countLogin(): void;
  /** The slot is lost: its sessions are closed, nothing is sent to it. */
  slotLost(slot: SlotHost): void;
  /** It can be used (again). */
  slotReady(slot: SlotHost): void;
  /** Why it takes no more calls. */
  closed: SignError | undefined;
  /** Aborted, with `closed`, when it lets its slots go: nobody waits for a PIN or for a lost token on its behalf any more. */
  readonly left: AbortSignal;
  /** Aborts `left`. */
  leave(): void;
  /** It could not be opened: nothing that waits for it can be done. */
  slotFailed(error: unknown): void;
  /** Resolves when no operation runs on this slot any more: a new login must not meet one with handles of the old. */
  idle(slot: SlotHost): Promise<void>;
  /** Nothing of this user runs in lanes now. */
  readonly quiet: boolean;
}
