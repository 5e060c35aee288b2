import { type Claims, invalidArgument, isJsonObject, type JsonObject, knownOptions, sanitizeText } from '@securosys/core';
import { readNamedFile } from '../files/read-file.js';
import type { Environment } from './folders.js';
import { type Pkcs11Settings, pkcs11Names, pkcs11SettingsOf } from './pkcs11-settings.js';
import { flagOf, textOf, wrong } from './setting-values.js';
import { type TsbSettings, tsbNames, tsbSettingsOf } from './tsb-settings.js';

/** What a configuration says, checked. Secrets are behind functions. */
export interface Settings {
  /** Which backend has the keys. */
  readonly backend: string;
  readonly claims: Claims;
  /** For development: keys of an emulator may sign. */
  readonly allowEmulated: boolean;
  readonly timestampUrl?: string;
  /** PEM or DER. */
  readonly timestampRoots?: Uint8Array;
  /** How to reach a TSB. @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_NOT_FOUND` and `ERR_STORE` for files that it names */
  tsb(): Promise<TsbSettings>;
  /** How to open a PKCS#11 token. @throws SignError `ERR_INVALID_ARGUMENT` */
  pkcs11(): Pkcs11Settings;
}

const commonNames = ['backend', 'metaData', 'allowEmulated', 'timestampUrl', 'timestampRootCert'];
const ownNames: Readonly<Record<string, readonly string[]>> = { tsb: tsbNames, pkcs11: pkcs11Names };

function claimsOf(json: JsonObject): Claims {
  const { metaData = {} } = json;
  if (!isJsonObject(metaData)) return wrong('metaData is not an object');
  for (const [name, value] of Object.entries(metaData))
    if (typeof value !== 'string') wrong(`metaData.${sanitizeText(name, 40)} is not a text`);
  return { ...(metaData as Record<string, string>) };
}

/**
 * Checks a configuration. Names that nobody knows are refused: a misspelt one would change what happens.
 * @param json absent: there is no file, and `TSB_URL` and `TSB_TOKEN` of the environment say where the keys are
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_NOT_FOUND` and `ERR_STORE` for files that it names
 */
export async function settingsOf(json: JsonObject | undefined, env: Environment): Promise<Settings> {
  const config = json ?? (env.TSB_URL ? { restApi: env.TSB_URL } : undefined);
  if (!config) return invalidArgument('there is no configuration: give config.json, CONFIG_PATH, or TSB_URL in the environment');
  const backend = textOf(config, 'backend') ?? 'tsb';
  const own = Object.hasOwn(ownNames, backend) ? [ownNames[backend]] : Object.values(ownNames);
  knownOptions('the configuration', config, [...commonNames, ...own.flatMap((names) => names ?? [])]);
  const roots = textOf(config, 'timestampRootCert');
  const timestampUrl = textOf(config, 'timestampUrl');
  return {
    backend,
    claims: claimsOf(config),
    allowEmulated: flagOf(config, 'allowEmulated'),
    ...(timestampUrl !== undefined && { timestampUrl }),
    ...(roots !== undefined && { timestampRoots: await readNamedFile(roots, 'timestampRootCert', 'own') }),
    tsb: () => tsbSettingsOf(config, env),
    pkcs11: () => pkcs11SettingsOf(config, env),
  };
}
