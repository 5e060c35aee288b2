import { isAbsolute, join } from 'node:path';
import { invalidArgument } from '@securosys/core';
import type { Environment } from './environment.js';

/**
 * Where a program keeps its configuration, and what it remembers: `securosys/<name>` in the user's configuration.
 * @returns `undefined` when there is no home, as under some services
 * @throws SignError `ERR_INVALID_ARGUMENT` for a home that depends on the working directory (S28)
 */
export function userFolder(env: Environment, name: string): string | undefined {
  const home = env.XDG_CONFIG_HOME || (process.platform === 'win32' ? env.APPDATA : env.HOME && join(env.HOME, '.config'));
  if (!home) return undefined;
  if (!isAbsolute(home)) return invalidArgument('the home folder is not an absolute path');
  return join(home, 'securosys', name);
}
