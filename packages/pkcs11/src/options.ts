import { isAbsolute } from 'node:path';
import { type Clock, invalidArgument, knownOptions, type Logger } from '@securosys/core';
import type { PinSource } from './pin/pin-source.js';

/** How a token is found and used. Numbers that are not said have the defaults of `pkcs11.md` §6.1. */
export interface OpenPkcs11Options {
  /**
   * Absolute path of the PKCS#11 library, for example `/usr/local/primus/lib/libprimusP11.so`. Links are followed once, here. It is native
   * code that runs in this process: never take this from others.
   */
  module?: string;
  /** PKCS#11 URI (RFC 7512) of the token, or of a key on it; may say where the PIN is. */
  uri?: string;
  /** Label of the token. Without it, `tokenSerial` and `uri` there must be exactly one. */
  tokenLabel?: string;
  /** Serial number of the token, as its tools print it. It names one token where several have a label. */
  tokenSerial?: string;
  /** Takes several slots with this token as one, as Primus has them for one partition. Default `false`. */
  severalSlots?: boolean;
  /** Libraries that a `module-path` of the URI may name, absolute paths. Default: none, and such a URI is refused without `module`. */
  allowModulePathFromUri?: readonly string[];
  /** Init string of the library; NSS softokn wants one, others none. */
  libraryParameters?: string;
  /** Absolute path of the package `pkcs11js`, or of its main file. Default: as installed beside this package. */
  pkcs11js?: string;
  /** The PIN, or where it is: asked in the order callback, file, environment, value. Default: what the URI says. */
  pin?: PinSource | readonly PinSource[];
  /** Logs in although one more wrong PIN locks the token. Default `false`. */
  allowFinalTry?: boolean;
  /** Keeps a PIN that was right in memory, for logins after a lost connection. Default `false`: the source is asked again. */
  cachePinForRelogin?: boolean;
  /**
   * Folder, absolute path, in which it is remembered from process to process which PINs were wrong (never the PINs themselves); `false`: in
   * this process only. Default: `securosys/pins` in `$XDG_STATE_HOME` or `~/.local/state`.
   */
  pinStateFolder?: string | false;
  /** Name of the present version of a PIN that comes from no file: under another name, a PIN is tried although one from there was wrong. */
  pinVersion?: string;
  /** Opens read-only sessions: no key is made or changed. Default `false`. */
  readOnly?: boolean;
  /** Sessions that work at the same time, 1–64. Default: 4, or fewer where there are fewer processors. */
  lanes?: number;
  /** Operations that may wait for a lane. Default 1,000, then `ERR_UNAVAILABLE`. */
  maxQueue?: number;
  /** How long a lost token is looked for. Default 60,000 ms. */
  reconnectTimeoutMs?: number;
  /** How long one native call may take before its thread counts as stuck; making a key five times that. Default 60,000 ms. */
  operationTimeoutMs?: number;
  /** How often an idle token is looked at. Default 60,000 ms; 0 for never. */
  keepAliveMs?: number;
  /** A lane that had nothing to do for so long is closed, but for the last one. Default 60,000 ms. */
  idleLaneMs?: number;
  /** Environment that a PIN from a variable is taken from. Default: that of the process. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Time for deadlines and keep-alive. Default: that of the system. */
  clock?: Clock;
  /** Uniform in [0, 1), for jitter. */
  random?: () => number;
  /** Told what operators should know; never a PIN, a key or what is signed. */
  logger?: Logger;
  /** Ends the waiting for the token to be opened, and nothing after that. */
  signal?: AbortSignal;
}

/** Names of {@link OpenPkcs11Options}, by their kind. */
const texts = ['module', 'uri', 'tokenLabel', 'tokenSerial', 'libraryParameters', 'pkcs11js', 'pinVersion'] as const;
const flags = ['severalSlots', 'allowFinalTry', 'cachePinForRelogin', 'readOnly'] as const;
const numbers = {
  lanes: [1, 64],
  maxQueue: [1, 1_000_000],
  reconnectTimeoutMs: [0, 86_400_000],
  operationTimeoutMs: [1, 86_400_000],
  keepAliveMs: [0, 86_400_000],
  idleLaneMs: [1, 86_400_000],
} as const;
const others = ['allowModulePathFromUri', 'pin', 'pinStateFolder', 'env', 'clock', 'random', 'logger', 'signal'] as const;

/** Every option, for façades that hand them on. */
export const openPkcs11OptionNames: readonly (keyof OpenPkcs11Options)[] = [
  ...texts,
  ...flags,
  ...(Object.keys(numbers) as (keyof typeof numbers)[]),
  ...others,
];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
const has = (value: unknown, ...methods: readonly string[]): boolean =>
  isObject(value) && methods.every((method) => typeof value[method] === 'function');

/** What each of the others is, in words and as a question. */
const kinds: readonly (readonly [(typeof others)[number], string, (value: unknown) => boolean])[] = [
  [
    'allowModulePathFromUri',
    'a list of absolute paths',
    (value) => Array.isArray(value) && value.every((path) => typeof path === 'string'),
  ],
  [
    'pinStateFolder',
    'an absolute path, or false',
    (value) => value === false || (typeof value === 'string' && isAbsolute(value)),
  ],
  ['env', 'an object', isObject],
  ['clock', 'an object with now and sleep', (value) => has(value, 'now', 'sleep')],
  ['random', 'a function', (value) => typeof value === 'function'],
  ['logger', 'an object with debug, info, warn and error', (value) => has(value, 'debug', 'info', 'warn', 'error')],
  ['signal', 'an AbortSignal', (value) => has(value, 'addEventListener', 'throwIfAborted')],
];

/**
 * Refuses what is unknown, of the wrong type or out of range, before anything is loaded.
 * @throws SignError `ERR_INVALID_ARGUMENT`, which quotes no value
 */
export function checkOpenOptions(options: OpenPkcs11Options): void {
  knownOptions('openPkcs11', options, openPkcs11OptionNames);
  for (const name of texts) {
    const value: unknown = options[name];
    if (value !== undefined && (typeof value !== 'string' || value === '' || value.includes('\0')))
      invalidArgument(`openPkcs11: ${name} is not a text, or is empty, or holds a NUL`);
  }
  for (const name of flags) {
    const value: unknown = options[name];
    if (value !== undefined && typeof value !== 'boolean') invalidArgument(`openPkcs11: ${name} is neither true nor false`);
  }
  for (const [name, [least, most]] of Object.entries(numbers)) {
    const value: unknown = options[name as keyof typeof numbers];
    if (value !== undefined && !(Number.isInteger(value) && (value as number) >= least && (value as number) <= most))
      invalidArgument(`openPkcs11: ${name} is a whole number from ${least} to ${most}`);
  }
  for (const [name, what, is] of kinds) {
    const value: unknown = options[name];
    if (value !== undefined && !is(value)) invalidArgument(`openPkcs11: ${name} is ${what}`);
  }
}
