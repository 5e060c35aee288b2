import { dirname } from 'node:path';
import { invalidArgument, type KeyBackend, type KeyInfo, sanitizeText } from '@securosys/core';
import { backendFactory } from '../../backends/backends.js';
import { type PasswordSources, passwordOf } from '../../config/key-password.js';
import { stateFolders } from '../folders.js';
import { readConfig } from '../read-config.js';
import { type Settings, settingsOf } from '../settings.js';
import { programName } from '../version.js';
import type { CommandProcess, CommandValues } from './command.js';

/** Options of every command that asks the backend. */
export const backendOptions = { config: { type: 'string' } } as const;
/** Options of every command about one key. */
export const keyOptions = {
  ...backendOptions,
  key: { type: 'string' },
  'password-file': { type: 'string' },
  'password-env': { type: 'string' },
} as const;

/** What those options say in `--help`. */
export const keyHelp = `  --key <label>            the key
  --password-file <path>   file that holds the password of the key
  --password-env <name>    environment variable that holds it
  --config <path>          configuration; see README for where else it may be`;

/** The text of an option. */
export function textValue(values: CommandValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The text of an option that has to be there. @throws SignError `ERR_INVALID_ARGUMENT` */
export function neededValue(values: CommandValues, name: string): string {
  return textValue(values, name) || invalidArgument(`--${name} is missing`);
}

/** An open backend, and what it was opened by. */
export interface OpenedBackend {
  readonly backend: KeyBackend;
  readonly settings: Settings;
}

/** Opens the backend for some work, and closes it. `passwords` are those of the one key that the work is about. */
export async function withBackend<T>(
  { env, programFile, backends }: CommandProcess,
  { path, passwords = {} }: { readonly path: string | undefined; readonly passwords?: PasswordSources },
  work: (opened: OpenedBackend) => Promise<T>,
): Promise<T> {
  const programFolder = dirname(programFile);
  const json = await readConfig({ env, programFolder, ...(path !== undefined && { path }) });
  const settings = await settingsOf(json, env);
  const password = passwordOf(passwords, env);
  const backend = await backendFactory(settings, backends)(settings, {
    env,
    app: programName,
    stateFolder: stateFolders(env).root,
    programFolder,
    ...(password && { keyPassword: password }),
  });
  try {
    return await work({ backend, settings });
  } finally {
    await backend.close();
  }
}

/** How the password of a key is given on the command line: by a place, never itself. */
export function passwordSources(values: CommandValues): PasswordSources {
  const [passwordFile, passwordEnv] = [textValue(values, 'password-file'), textValue(values, 'password-env')];
  return { ...(passwordFile !== undefined && { passwordFile }), ...(passwordEnv !== undefined && { passwordEnv }) };
}

/** What people read about a key. */
export function keyText(label: string, keySpec: string, { ref, needsApproval, assurance, usages, blocked }: KeyInfo): string {
  const approval = needsApproval === undefined ? 'not known' : needsApproval ? 'yes' : 'no';
  return [
    `key              ${sanitizeText(label)}`,
    `type             ${keySpec}`,
    `uses             ${usages.join(', ')}${blocked ? ' (blocked)' : ''}`,
    `needs approval   ${approval}`,
    `lives in         ${assurance}`,
    `public key       sha256:${ref.spkiSha256 ?? ''}`,
  ].join('\n');
}

/** The same for programs. */
export function keyJson(label: string, keySpec: string, key: KeyInfo): object {
  const { ref, needsApproval, assurance, usages, blocked = false } = key;
  return { keyId: label, keySpec, usages, blocked, needsApproval: needsApproval ?? null, assurance, spkiSha256: ref.spkiSha256 };
}

/** The contract's name of a type of key, or what can be said of another. */
export const specText = (key: KeyInfo, names: Readonly<Record<string, string>>): string =>
  Object.entries(names).find(([, spec]) => spec === key.spec)?.[0] ?? key.spec ?? 'of a type that cannot sign for Notation';
