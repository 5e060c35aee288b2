import type { JsonObject } from '@securosys/core';
import type { Environment } from '../config/environment.js';
import { flagOf, needed, textOf, wrong } from '../config/setting-values.js';
import { absolutePath } from '../files/read-file.js';

/** What a configuration says about a PKCS#11 module and its token. */
export interface Pkcs11Settings {
  /** Absolute path of the library. */
  readonly module: string;
  /** `pkcs11:…`, without a PIN. */
  readonly uri?: string;
  /** Label of the token, where there is no URI. */
  readonly tokenLabel?: string;
  /** Absolute path of the file that holds the PIN, or the name of the variable that does; a token without a login has neither. */
  readonly pin?: { readonly file: string } | { readonly env: string };
  /** Absolute path of the package `pkcs11js`. */
  readonly pkcs11js?: string;
  /** Init string of the library, as NSS wants one. */
  readonly libraryParameters?: string;
  readonly allowFinalTry: boolean;
}

/** Members that a configuration of a PKCS#11 module may have beside those of all. */
export const pkcs11Names = ['module', 'uri', 'tokenLabel', 'pinFile', 'pinEnv', 'pkcs11js', 'libraryParameters', 'allowFinalTry'];

/**
 * The part of a configuration that a PKCS#11 token is opened by.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function pkcs11SettingsOf(config: JsonObject, env: Environment): Pkcs11Settings {
  const [uri, tokenLabel] = [textOf(config, 'uri'), textOf(config, 'tokenLabel')];
  if ((uri === undefined) === (tokenLabel === undefined)) wrong('one of uri and tokenLabel says which token it is');
  const [file, variable] = [textOf(config, 'pinFile'), textOf(config, 'pinEnv')];
  if (file !== undefined && variable !== undefined) wrong('pinFile and pinEnv stand side by side');
  if (variable !== undefined && !env[variable]) wrong('the variable that pinEnv names is empty');
  const [pkcs11js, libraryParameters] = [textOf(config, 'pkcs11js'), textOf(config, 'libraryParameters')];
  return {
    module: absolutePath(needed(config, 'module'), 'the configuration: module'),
    ...(uri !== undefined && { uri }),
    ...(tokenLabel !== undefined && { tokenLabel }),
    ...(file !== undefined && { pin: { file: absolutePath(file, 'the configuration: pinFile') } }),
    ...(variable !== undefined && { pin: { env: variable } }),
    ...(pkcs11js !== undefined && { pkcs11js: absolutePath(pkcs11js, 'the configuration: pkcs11js') }),
    ...(libraryParameters !== undefined && { libraryParameters }),
    allowFinalTry: flagOf(config, 'allowFinalTry'),
  };
}
