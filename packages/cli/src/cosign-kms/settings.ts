import { join } from 'node:path';
import { type Claims, isJsonObject, type JsonObject, knownOptions } from '@securosys/core';
import { backendSettingsOf } from '../backends/backend-settings.js';
import type { BackendSettings } from '../backends/backends.js';
import { readConfigFile } from '../config/config-file.js';
import type { Environment } from '../config/environment.js';
import { claimsOf, flagOf, textOf, wrong } from '../config/setting-values.js';
import { userFolder } from '../config/user-folder.js';
import { absolutePath } from '../files/read-file.js';
import { type GuardSettings, guardNames, guardSettingsOf } from '../guards/guard-settings.js';
import { type KmsKey, kmsKeysOf } from './key-settings.js';

/** What a configuration of the KMS plugin says, checked. Secrets are behind functions. */
export interface KmsSettings extends GuardSettings {
  readonly backend: BackendSettings;
  /** By the names behind `securosys://`; absent: any key of the backend, without rights beyond cosign's own messages. */
  readonly keys?: ReadonlyMap<string, KmsKey>;
  readonly claims: Claims;
  /** Milliseconds. */
  readonly timeoutMs?: number;
  readonly stateFolder: string;
  /** For development: keys of an emulator may sign. */
  readonly allowEmulated: boolean;
  /** Allows keys to be made: absolute path of their policy, or `null`: nobody approves their use. */
  readonly createKey?: { readonly policy: string | null };
}

const commonNames = ['keys', 'metaData', 'timeoutMs', 'stateFolder', 'allowEmulated', 'createKey', ...guardNames];
const maxTimeoutMs = 86_400_000;

function timeoutOf({ timeoutMs }: JsonObject): number | undefined {
  if (timeoutMs === undefined) return undefined;
  const right = typeof timeoutMs === 'number' && Number.isSafeInteger(timeoutMs) && timeoutMs >= 0 && timeoutMs <= maxTimeoutMs;
  return right ? timeoutMs : wrong('timeoutMs is no number of milliseconds up to a day');
}

/** A decision has to be there: a key without a policy is one that nobody approves. */
function createKeyOf({ createKey }: JsonObject): KmsSettings['createKey'] {
  if (createKey === undefined) return undefined;
  if (!isJsonObject(createKey)) return wrong('createKey is not an object');
  knownOptions('createKey of the configuration', createKey, ['policy']);
  const { policy } = createKey;
  if (policy === null) return { policy };
  if (typeof policy === 'string') return { policy: absolutePath(policy, 'the configuration: createKey.policy') };
  return wrong('createKey.policy is the path of a policy, or null for keys that nobody approves');
}

function stateFolderOf(config: JsonObject, env: Environment): string {
  const named = textOf(config, 'stateFolder');
  if (named !== undefined) return absolutePath(named, 'the configuration: stateFolder');
  return userFolder(env, 'cosign') ?? wrong('there is no home folder to remember requests in: say stateFolder');
}

/**
 * Checks a configuration. Names that nobody knows are refused: a misspelt one would change what happens.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function kmsSettingsOf(config: JsonObject, env: Environment): KmsSettings {
  const backend = backendSettingsOf(config, env, commonNames);
  const [keys, timeoutMs, createKey] = [kmsKeysOf(config), timeoutOf(config), createKeyOf(config)];
  return {
    backend,
    ...guardSettingsOf(config),
    ...(keys && { keys }),
    claims: claimsOf(config),
    ...(timeoutMs !== undefined && { timeoutMs }),
    stateFolder: stateFolderOf(config, env),
    allowEmulated: flagOf(config, 'allowEmulated'),
    ...(createKey && { createKey }),
  };
}

/**
 * The configuration: the file that `SIGSTORE_KMS_SECUROSYS_CONFIG` names, else `securosys/cosign/config.json` in the user's configuration,
 * else what `TSB_URL` and `TSB_TOKEN` of the environment say.
 * @throws SignError `ERR_INVALID_ARGUMENT`, and those of reading files
 */
export async function readKmsSettings(env: Environment): Promise<KmsSettings> {
  const usual = userFolder(env, 'cosign');
  const named = env.SIGSTORE_KMS_SECUROSYS_CONFIG || undefined;
  const file = await readConfigFile({ named, usual: usual === undefined ? [] : [join(usual, 'config.json')] });
  const config = file ?? (env.TSB_URL ? { restApi: env.TSB_URL } : undefined);
  if (!config) return wrong('there is none: name it in SIGSTORE_KMS_SECUROSYS_CONFIG, or give TSB_URL in the environment');
  return kmsSettingsOf(config, env);
}
