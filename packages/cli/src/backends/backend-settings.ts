import { type JsonObject, knownOptions } from '@securosys/core';
import type { Environment } from '../config/environment.js';
import { textOf } from '../config/setting-values.js';
import type { BackendSettings } from './backends.js';
import { pkcs11Names, pkcs11SettingsOf } from './pkcs11-settings.js';
import { tsbNames, tsbSettingsOf } from './tsb-settings.js';

const ownNames: Readonly<Record<string, readonly string[]>> = { tsb: tsbNames, pkcs11: pkcs11Names };

/**
 * The part of a configuration that says where keys are. Names that nobody knows are refused: a misspelt one would change what happens.
 * @param commonNames members that this program's configuration has beside those of its backend
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function backendSettingsOf(config: JsonObject, env: Environment, commonNames: readonly string[]): BackendSettings {
  const backend = textOf(config, 'backend') ?? 'tsb';
  const own = Object.hasOwn(ownNames, backend) ? [ownNames[backend]] : Object.values(ownNames);
  knownOptions('the configuration', config, ['backend', ...commonNames, ...own.flatMap((names) => names ?? [])]);
  return { backend, tsb: () => tsbSettingsOf(config, env), pkcs11: () => pkcs11SettingsOf(config, env) };
}
