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

/** Refuses what is no object, before anything reads a member of it. */
export function checkObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) invalidArgument(`${name} must be an object`);
}

/** Refuses what lacks one of these functions; absent is fine. */
export function checkFunctions(name: string, value: unknown, functions: readonly string[]): void {
  if (value === undefined) return;
  checkObject(name, value);
  for (const one of functions)
    if (typeof (value as Readonly<Record<string, unknown>>)[one] !== 'function') invalidArgument(`${name} lacks ${one}()`);
}

const loggerFunctions = ['debug', 'info', 'warn', 'error'] as const satisfies readonly (keyof Logger)[];
const clockFunctions = ['now', 'sleep'] as const satisfies readonly (keyof Clock)[];

/** Refuses options a call does not have. */
export function checkCallOptions(where: string, options: CallOptions, more: readonly string[] = []): void {
  checkObject(`options of ${where}`, options);
  knownOptions(where, options, [...callOptionNames, ...more]);
  const { timeoutMs, signal, logger } = options;
  if (timeoutMs !== undefined) checkPositive('timeoutMs', timeoutMs, 2 ** 31 - 1);
  if (signal !== undefined && !(signal instanceof AbortSignal)) invalidArgument('signal must be an AbortSignal');
  checkFunctions('logger', logger, loggerFunctions);
}

/** Refuses the parts of client options that have a wrong type. Credentials check themselves where they are held. */
export function checkClientOptions(options: TsbClientOptions): void {
  checkObject('options of createTsbClient', options);
  knownOptions('createTsbClient', options, clientOptionNames);
  const { url, auth, apiKeys, fetch, clock, timeoutMs, maxResponseBytes, logger, allowHttp } = options;
  if (typeof url !== 'string' && !(url instanceof URL)) invalidArgument('url must be text or a URL');
  checkObject('auth', auth);
  if (auth.type !== 'none' && auth.type !== 'token') invalidArgument("auth.type must be 'none' or 'token'");
  knownOptions('auth', auth, auth.type === 'token' ? ['type', 'token'] : ['type']);
  if (apiKeys !== undefined) checkObject('apiKeys', apiKeys);
  if (fetch !== undefined && typeof fetch !== 'function') invalidArgument('fetch must be a function');
  checkFunctions('clock', clock, clockFunctions);
  checkFunctions('logger', logger, loggerFunctions);
  if (allowHttp !== undefined && typeof allowHttp !== 'boolean') invalidArgument('allowHttp must be true or false');
  if (timeoutMs !== undefined) checkPositive('timeoutMs', timeoutMs, 2 ** 31 - 1);
  if (maxResponseBytes !== undefined) checkPositive('maxResponseBytes', maxResponseBytes, 2 ** 30);
}

export function checkPositive(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most) invalidArgument(`${name} must be a whole number from 1 to ${most}`);
}
