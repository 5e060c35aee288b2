import { type Claims, invalidArgument, type JsonObject } from '@securosys/core';
import { backendSettingsOf } from '../backends/backend-settings.js';
import type { BackendSettings } from '../backends/backends.js';
import type { Environment } from '../config/environment.js';
import { claimsOf, flagOf, textOf } from '../config/setting-values.js';
import { readNamedFile } from '../files/read-file.js';
import { type GuardSettings, guardNames, guardSettingsOf } from '../guards/guard-settings.js';

/** What a configuration says, checked. Secrets are behind functions. */
export interface Settings extends BackendSettings, GuardSettings {
  readonly claims: Claims;
  /** For development: keys of an emulator may sign. */
  readonly allowEmulated: boolean;
  readonly timestampUrl?: string;
  /** PEM or DER. */
  readonly timestampRoots?: Uint8Array;
}

const commonNames = ['metaData', 'allowEmulated', 'timestampUrl', 'timestampRootCert', ...guardNames];

/**
 * Checks a configuration.
 * @param json absent: there is no file, and `TSB_URL` and `TSB_TOKEN` of the environment say where the keys are
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_NOT_FOUND` and `ERR_STORE` for files that it names
 */
export async function settingsOf(json: JsonObject | undefined, env: Environment): Promise<Settings> {
  const config = json ?? (env.TSB_URL ? { restApi: env.TSB_URL } : undefined);
  if (!config) return invalidArgument('there is no configuration: give config.json, CONFIG_PATH, or TSB_URL in the environment');
  const backend = backendSettingsOf(config, env, commonNames);
  const roots = textOf(config, 'timestampRootCert');
  const timestampUrl = textOf(config, 'timestampUrl');
  return {
    ...backend,
    ...guardSettingsOf(config),
    claims: claimsOf(config),
    allowEmulated: flagOf(config, 'allowEmulated'),
    ...(timestampUrl !== undefined && { timestampUrl }),
    ...(roots !== undefined && { timestampRoots: await readNamedFile(roots, 'timestampRootCert', 'own') }),
  };
}
