import { type CallOptions, type Clock, type Fetch, invalidArgument, knownOptions, type Logger } from '@securosys/core';
import type { ApiKeys } from '../http/api-keys.js';
import type { TsbAuth } from '../http/login.js';
import type { TsbProxy } from '../http/proxy.js';
import type { CertificateAuthorities } from '../http/tls.js';
import type { ApplicationKey } from '../request-signing/application-key.js';

/** How a TSB is reached. */
export interface TsbClientOptions {
  /** Base of the API, with or without a trailing `/v1`. */
  readonly url: string | URL;
  readonly auth: TsbAuth;
  readonly apiKeys?: ApiKeys;
  /** PEM roots that the TSB's certificate must lead to, instead of those of the runtime. It is verified in any case. */
  readonly ca?: CertificateAuthorities;
  /** An HTTP proxy; `'environment'` takes `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, which do not count otherwise (S40). */
  readonly proxy?: TsbProxy | 'environment';
  /** Signs every request that can carry a signature of the calling application (`tsb-rest-api.md` §1.4). */
  readonly applicationKey?: ApplicationKey;
  /** Replaces the default transport, a pool of connections behind the global `fetch`; certificates and proxies are then its business. */
  readonly fetch?: Fetch;
  /** For the pauses between repetitions and for approver logins. */
  readonly clock?: Clock;
  /** A number from 0 to below 1, for the pauses between repetitions. Default `Math.random`. */
  readonly random?: () => number;
  /** Deadline of a call in milliseconds, waiting and repetitions included. Default 30,000. */
  readonly timeoutMs?: number;
  /** Most repetitions of a call that may be repeated, 0 to 10. Default 2. */
  readonly retries?: number;
  /** Most calls in flight and connections at a time; further calls wait in order. Default 64. */
  readonly maxConcurrency?: number;
  readonly logger?: Logger;
  /** Allows plain `http:` to another machine, without any credentials (S40). Loopback never needs it, except through a proxy. */
  readonly allowHttp?: boolean;
  /** Largest answer in bytes. Default 8 MiB. */
  readonly maxResponseBytes?: number;
}

export const clientOptionNames = [
  'url',
  'auth',
  'apiKeys',
  'ca',
  'proxy',
  'applicationKey',
  'fetch',
  'clock',
  'random',
  'timeoutMs',
  'retries',
  'maxConcurrency',
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

export const loggerFunctions = ['debug', 'info', 'warn', 'error'] as const satisfies readonly (keyof Logger)[];
export const clockFunctions = ['now', 'sleep'] as const satisfies readonly (keyof Clock)[];

/** Refuses options a call does not have. */
export function checkCallOptions(where: string, options: CallOptions, more: readonly string[] = []): void {
  checkObject(`options of ${where}`, options);
  knownOptions(where, options, more.length > 0 ? [...callOptionNames, ...more] : callOptionNames);
  const { timeoutMs, signal, logger } = options;
  if (timeoutMs !== undefined) checkPositive('timeoutMs', timeoutMs, 2 ** 31 - 1);
  if (signal !== undefined && !(signal instanceof AbortSignal)) invalidArgument('signal must be an AbortSignal');
  checkFunctions('logger', logger, loggerFunctions);
}

export function checkPositive(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most) invalidArgument(`${name} must be a whole number from 1 to ${most}`);
}
