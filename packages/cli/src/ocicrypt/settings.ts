import { type Claims, type JsonObject, sanitizeText } from '@securosys/core';
import { backendSettingsOf } from '../backends/backend-settings.js';
import type { BackendSettings } from '../backends/backends.js';
import type { Environment } from '../config/environment.js';
import { claimsOf, flagOf, textOf, wrong } from '../config/setting-values.js';
import { absolutePath } from '../files/read-file.js';
import { type GuardSettings, guardNames, guardSettingsOf } from '../guards/guard-settings.js';
import { usualFolder } from './folders.js';
import { type KeySettings, keySettingsOf } from './key-settings.js';

/** What a configuration of the provider says, checked. Secrets are behind functions. */
export interface ProviderSettings {
  readonly backend: BackendSettings;
  /** By the names that stand in packets and behind `provider:<name>:`; absent: whatever key the caller names. */
  readonly keys?: ReadonlyMap<string, KeySettings>;
  /** Whom to wrap for when the caller names no key. */
  readonly defaultKeys: readonly string[];
  readonly name?: string;
  readonly claims: Claims;
  /** Milliseconds. */
  readonly timeoutMs?: number;
  readonly stateFolder: string;
  /** Asked and told about every use of a key that unwraps. An audit log is in place of the file in the state folder. */
  readonly guards: GuardSettings;
  readonly allowPkcs1: boolean;
  readonly results: 'base64' | 'numbers';
}

const commonNames = [
  ...['keys', 'defaultKeys', 'name', 'metaData', 'timeoutMs', 'stateFolder', 'allowPkcs1', 'results'],
  ...guardNames,
];

function stateFolderOf(config: JsonObject, env: Environment): string {
  const named = textOf(config, 'stateFolder');
  if (named !== undefined) return absolutePath(named, 'the configuration: stateFolder');
  return usualFolder(env) ?? wrong('there is no home folder to remember requests in: say stateFolder');
}

function defaultKeysOf({ defaultKeys = [] }: JsonObject, keys: ReadonlyMap<string, KeySettings>): readonly string[] {
  if (!Array.isArray(defaultKeys)) return wrong('defaultKeys is not a list');
  return defaultKeys.map((kid) => {
    if (typeof kid !== 'string') return wrong('defaultKeys is not a list of texts');
    return keys.has(kid) ? kid : wrong(`defaultKeys has '${sanitizeText(kid, 80)}', which keys has not`);
  });
}

/** Milliseconds in a text or a number. @throws SignError `ERR_INVALID_ARGUMENT` */
export function millisecondsOf(value: unknown, what: string): number {
  const number = typeof value === 'string' && /^\d{1,8}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 && number <= 86_400_000) return number;
  return wrong(`${what} is no number of milliseconds up to a day`);
}

/**
 * Checks a configuration. Names that nobody knows are refused: a misspelt one would change what happens.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function providerSettingsOf(config: JsonObject, env: Environment): ProviderSettings {
  const backend = backendSettingsOf(config, env, commonNames);
  const keys = keySettingsOf(config);
  const name = textOf(config, 'name');
  const results = textOf(config, 'results') ?? 'base64';
  if (results !== 'base64' && results !== 'numbers') return wrong("results is 'base64' or 'numbers'");
  return {
    backend,
    keys,
    defaultKeys: defaultKeysOf(config, keys),
    ...(name !== undefined && { name }),
    claims: claimsOf(config),
    ...(config.timeoutMs !== undefined && { timeoutMs: millisecondsOf(config.timeoutMs, 'timeoutMs') }),
    stateFolder: stateFolderOf(config, env),
    guards: guardSettingsOf(config),
    allowPkcs1: flagOf(config, 'allowPkcs1'),
    results,
  };
}

/** What arguments in the style of the closed plugin say: one TSB, and any key that the caller names. */
export function vendorSettingsOf(config: JsonObject, keyLabel: string | undefined, env: Environment): ProviderSettings {
  return {
    backend: backendSettingsOf(config, env, []),
    defaultKeys: keyLabel === undefined ? [] : [keyLabel],
    claims: {},
    stateFolder: stateFolderOf({}, env),
    guards: {},
    allowPkcs1: false,
    results: 'base64',
  };
}
