import { basename, dirname, join } from 'node:path';
import { invalidArgument } from '@securosys/core';
import type { KeyProviderPlugin } from '@securosys/ocicrypt';
import { usualBackends } from '../backends/backends.js';
import { readConfigFile } from '../config/config-file.js';
import type { Environment } from '../config/environment.js';
import { textOf } from '../config/setting-values.js';
import type { CommandLine } from './command-line.js';
import { usualFolder } from './folders.js';
import { type ProviderParts, securosysProvider } from './provider.js';
import { configuredName } from './provider-name.js';
import { millisecondsOf, type ProviderSettings, providerSettingsOf, vendorSettingsOf } from './settings.js';
import { vendorConfig } from './vendor-config.js';

/** The process that a provider runs in. */
export interface ProviderProcess {
  readonly env: Environment;
  /** Words after the name of the program. */
  readonly args: readonly string[];
  /** Path of the program as it was started, and where it really lies. */
  readonly startedAs: string;
  readonly programFile: string;
  /** Default: `tsb` and `pkcs11`. */
  readonly backends?: ProviderParts['backends'];
}

const text = (value: string | boolean | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

async function vendorSettings({ vendor = {}, own }: CommandLine, env: Environment): Promise<ProviderSettings> {
  if (own.config !== undefined) invalidArgument('give --config, or arguments in the style of the closed plugin');
  return vendorSettingsOf(await vendorConfig(vendor), textOf(vendor, 'key-label'), env);
}

async function fileSettings({ own }: CommandLine, env: Environment): Promise<ProviderSettings> {
  const usual = usualFolder(env);
  const named = text(own.config) ?? (env.OCICRYPT_SECUROSYS_CONFIG || undefined);
  const config = await readConfigFile({ named, usual: usual === undefined ? [] : [join(usual, 'config.json')] });
  if (!config)
    return invalidArgument('there is no configuration: give --config, or OCICRYPT_SECUROSYS_CONFIG in the environment');
  return providerSettingsOf(config, env);
}

/**
 * The provider that a command line and its configuration describe.
 * @throws SignError `ERR_INVALID_ARGUMENT`, and those of reading files
 */
export async function loadProvider(line: CommandLine, process: ProviderProcess): Promise<KeyProviderPlugin> {
  const { env, args, startedAs, programFile, backends = usualBackends } = process;
  if (line.serve && line.vendor)
    invalidArgument('a service serves the keys that its configuration lists: give --config in place of these arguments');
  const read = line.vendor ? await vendorSettings(line, env) : await fileSettings(line, env);
  const timeout = line.own['timeout-ms'];
  const settings = timeout === undefined ? read : { ...read, timeoutMs: millisecondsOf(timeout, '--timeout-ms') };
  const found = text(line.own.name) ?? settings.name ?? (await configuredName(env, basename(startedAs), args));
  const name = found ?? (line.vendor ? 'skopeo-securosys' : 'securosys');
  const programFolder = dirname(programFile);
  return securosysProvider(settings, { env, name, backends, programFolder, resident: line.serve });
}
