import type { Logger } from '@securosys/core';
import type { PinProvider } from '../pin/pin-provider.js';
import type { Timers } from './timers.js';
import { timersOf } from './timers.js';
import type { OpenTokenOptions } from './token-options.js';

/** The options of a token with their defaults. */
export interface TokenSettings {
  readonly pin: PinProvider;
  readonly lanes: number;
  readonly readOnly: boolean;
  readonly maxQueue: number;
  readonly reconnectTimeoutMs: number;
  readonly operationTimeoutMs: number;
  readonly keepAliveMs: number;
  readonly idleLaneMs: number;
  readonly timers: Timers;
  readonly random: () => number;
  readonly logger: Logger | undefined;
}

/** As many lanes as a local module can use. */
const defaultLanes = (): number => Math.min(4, process.getBuiltinModule('node:os').availableParallelism());

export function settingsOf(options: OpenTokenOptions): TokenSettings {
  return {
    pin: options.pin,
    lanes: Math.max(1, Math.min(64, options.lanes ?? defaultLanes())),
    readOnly: options.readOnly ?? false,
    maxQueue: options.maxQueue ?? 1000,
    reconnectTimeoutMs: options.reconnectTimeoutMs ?? 60_000,
    operationTimeoutMs: options.operationTimeoutMs ?? 60_000,
    keepAliveMs: options.keepAliveMs ?? 60_000,
    idleLaneMs: options.idleLaneMs ?? 60_000,
    timers: timersOf(options.clock),
    random: options.random ?? Math.random,
    logger: options.logger,
  };
}
