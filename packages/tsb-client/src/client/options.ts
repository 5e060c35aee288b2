import { type CallOptions, type Clock, type Fetch, invalidArgument, knownOptions, type Logger } from '@securosys/core';
import type { ApiKeys } from '../http/api-keys.js';
import type { TsbAuth } from '../http/bearer.js';

/** How a TSB is reached. */
export interface TsbClientOptions {
  /** Base of the API, with or without a trailing `/v1`. */
  readonly url: string | URL;
  readonly auth: TsbAuth;
  readonly apiKeys?: ApiKeys;
  /** Replaces the default transport, a pool of connections behind the global `fetch`. */
  readonly fetch?: Fetch;
  /** For the pauses between repetitions and for approver logins. */
  readonly clock?: Clock;
  /** Deadline of a call in milliseconds, repetitions included. Default 30,000. */
  readonly timeoutMs?: number;
  readonly logger?: Logger;
  /** Allows plain `http:` to another machine, without any credentials (S40). Loopback never needs it. */
  readonly allowHttp?: boolean;
  /** Largest answer in bytes. Default 8 MiB. */
  readonly maxResponseBytes?: number;
}

export const clientOptionNames = [
  'url',
  'auth',
  'apiKeys',
  'fetch',
  'clock',
  'timeoutMs',
  'logger',
  'allowHttp',
  'maxResponseBytes',
] as const satisfies readonly (keyof TsbClientOptions)[];

const callOptionNames = ['signal', 'timeoutMs', 'logger'] as const satisfies readonly (keyof CallOptions)[];

/** Refuses options a call does not have. */
export function checkCallOptions(where: string, options: CallOptions, more: readonly string[] = []): void {
  knownOptions(where, options, [...callOptionNames, ...more]);
  if (options.timeoutMs !== undefined) checkPositive('timeoutMs', options.timeoutMs, 2 ** 31 - 1);
}

export function checkPositive(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most) invalidArgument(`${name} must be a whole number from 1 to ${most}`);
}
