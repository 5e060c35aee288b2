import { isAbsolute, join } from 'node:path';
import { invalidArgument } from '@securosys/core';
import type { Environment } from '../config/environment.js';

/**
 * Where the provider keeps its configuration, and what it remembers unless `stateFolder` says otherwise: `securosys/ocicrypt` in the
 * user's configuration.
 * @returns `undefined` when there is no home, as under some services
 * @throws SignError `ERR_INVALID_ARGUMENT` for a home that depends on the working directory (S28)
 */
export function usualFolder(env: Environment): string | undefined {
  const home = env.XDG_CONFIG_HOME || (process.platform === 'win32' ? env.APPDATA : env.HOME && join(env.HOME, '.config'));
  if (!home) return undefined;
  if (!isAbsolute(home)) return invalidArgument('the home folder is not an absolute path');
  return join(home, 'securosys', 'ocicrypt');
}

/** What the provider remembers, by its folder. */
export interface StateFolders {
  readonly root: string;
  /** Requests that people decide on. */
  readonly pending: string;
  /** Hashes of keys that were seen once, for arguments in the style of the closed plugin. */
  readonly seen: string;
  readonly audit: string;
}

export function stateFolders(root: string): StateFolders {
  return { root, pending: join(root, 'pending'), seen: join(root, 'seen'), audit: join(root, 'audit.jsonl') };
}
