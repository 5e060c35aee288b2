import { join } from 'node:path';
import { notationConfigFolder } from '@securosys/notation-envelope';
import type { Environment } from '../config/environment.js';

/** Where this program keeps what is its own, under Notation's configuration. */
export interface StateFolders {
  readonly root: string;
  /** Requests that people decide on. */
  readonly pending: string;
  /** How these stand, for people to look at. */
  readonly status: string;
  /** Certificate chains by the hash of their key. Not trusted: a chain is only as good as its root is in a trust store. */
  readonly chains: string;
}

/** @throws SignError `ERR_INVALID_ARGUMENT` when there is no home to keep anything in */
export function stateFolders(env: Environment): StateFolders {
  const root = join(notationConfigFolder({ env }), 'securosys');
  return { root, pending: join(root, 'pending'), status: join(root, 'status'), chains: join(root, 'chains') };
}

/** The folder that Notation looks for plugins in. */
export function pluginsFolder(env: Environment): string {
  const libexec = env.NOTATION_LIBEXEC;
  return join(libexec ? libexec : notationConfigFolder({ env }), 'plugins');
}
