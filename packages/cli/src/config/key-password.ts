import { invalidArgument, utf8Text } from '@securosys/core';
import { readNamedFile } from '../files/read-file.js';
import type { Environment } from './environment.js';

/** Where the password of a key may come from. */
export interface PasswordSources {
  /** The password itself. Notation prints it in clear under `-d`: the other two are better. */
  readonly password?: string;
  /** Absolute path of a file that holds it. */
  readonly passwordFile?: string;
  /** Name of the environment variable that holds it. */
  readonly passwordEnv?: string;
}

/**
 * A function that gives the password, or `undefined` for keys without one.
 * @throws SignError `ERR_INVALID_ARGUMENT` when there are two
 */
export function passwordOf(sources: PasswordSources, env: Environment): (() => Promise<string | undefined>) | undefined {
  const { password, passwordFile, passwordEnv } = sources;
  const given = [password, passwordFile, passwordEnv].filter((one) => one !== undefined);
  if (given.length > 1) invalidArgument('give one of password, passwordFile and passwordEnv');
  if (given.length === 0) return undefined;
  return async () => {
    if (password !== undefined) return password;
    if (passwordEnv !== undefined) return env[passwordEnv] || invalidArgument('the variable that passwordEnv names is empty');
    const bytes = await readNamedFile(passwordFile as string, 'passwordFile', 'private');
    return utf8Text(bytes, 'passwordFile').replace(/\r?\n$/, '');
  };
}
