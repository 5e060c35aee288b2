import { join } from 'node:path';
import type { Environment } from '../config/environment.js';
import { userFolder } from '../config/user-folder.js';

/** Where the provider keeps its configuration, and what it remembers unless `stateFolder` says otherwise. */
export const usualFolder = (env: Environment): string | undefined => userFolder(env, 'ocicrypt');

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
