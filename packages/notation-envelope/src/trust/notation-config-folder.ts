import { posix, win32 } from 'node:path';
import { invalidArgument, knownOptions } from '@securosys/core';

/** Where the settings of a process come from; nothing is read that is not in here. */
export interface NotationEnvironment {
  /** `NOTATION_CONFIG`, and what the platform's default is made of: `HOME`, `XDG_CONFIG_HOME`, `APPDATA`. */
  env: Readonly<Record<string, string | undefined>>;
  /** As `process.platform` has it. Default: this machine's. */
  platform?: string;
}

function base(env: NotationEnvironment['env'], platform: string): string | undefined {
  const { HOME: home, APPDATA: roaming, XDG_CONFIG_HOME: xdg } = env;
  if (platform === 'win32') return roaming;
  if (platform === 'darwin') return home && posix.join(home, 'Library', 'Application Support');
  return xdg || (home && posix.join(home, '.config'));
}

/**
 * The folder in which Notation keeps its settings (`notation.md` §18): `NOTATION_CONFIG`, else the platform's default. It is always
 * absolute: where Notation would take one relative to the working directory, this is an error (S28).
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function notationConfigFolder(environment: NotationEnvironment): string {
  knownOptions('notationConfigFolder', environment, ['env', 'platform']);
  const { env, platform = process.platform } = environment;
  const path = platform === 'win32' ? win32 : posix;
  const named = env.NOTATION_CONFIG;
  const above = base(env, platform);
  const folder = named || (above && path.join(above, 'notation'));
  if (!folder) return invalidArgument('there is no home folder to find the settings of Notation in: set NOTATION_CONFIG');
  if (!path.isAbsolute(folder)) return invalidArgument('the folder of the settings of Notation is not an absolute path');
  return folder;
}
