import type { Counters } from './counters.js';
import type { Emitter } from './emitter.js';
import type { TokenSettings } from './options-of.js';
import type { SlotHost } from './slot-host.js';
import type { SlotUser } from './slot-user.js';

/** What an open token does when one of its slots is lost or back. */
export interface SlotWatcher {
  slotLost(slot: SlotHost): void;
  slotReady(slot: SlotHost): void;
  slotFailed(error: unknown): void;
  idle(slot: SlotHost): Promise<void>;
  readonly quiet: boolean;
}

/** An open token as its slots see it. */
export function slotUser(settings: TokenSettings, emitter: Emitter, counters: Counters, watcher: () => SlotWatcher): SlotUser {
  const { pin, timers, random, operationTimeoutMs, reconnectTimeoutMs, keepAliveMs } = settings;
  const leaving = new AbortController();
  const user: SlotUser = {
    pin,
    timers,
    random,
    operationTimeoutMs,
    reconnectTimeoutMs,
    keepAliveMs,
    emit: (event, value) => {
      if (event === 'reconnected' && 'ms' in value) {
        counters.reconnects++;
        counters.lastReconnectMs = value.ms;
      }
      emitter.emit(event, value);
    },
    countLogin: () => {
      counters.loginAttempts++;
    },
    closed: undefined,
    left: leaving.signal,
    leave: () => leaving.abort(user.closed),
    slotLost: (slot) => watcher().slotLost(slot),
    slotReady: (slot) => watcher().slotReady(slot),
    slotFailed: (error) => watcher().slotFailed(error),
    idle: (slot) => watcher().idle(slot),
    get quiet() {
      return watcher().quiet;
    },
  };
  return user;
}
