import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { invalidArgument, nodeFiles, SignError, sanitizeText } from '@securosys/core';

/** The platform's name of a failure. */
export const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** `undefined` for a file that is not there. @throws SignError `ERR_STORE` for any other failure */
export function absent(cause: unknown): undefined {
  if (codeOf(cause) === 'ENOENT') return undefined;
  throw new SignError('ERR_STORE', 'the state of PINs cannot be read', { cause });
}

/**
 * Where failures of PINs are remembered when nobody says where: `$XDG_STATE_HOME/securosys/pins`, in the home folder `.local/state`.
 * @throws SignError `ERR_STORE` without a home folder
 */
export function usualStateFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_STATE_HOME: state } = env;
  // A relative value is to be ignored, says the specification of these variables.
  if (state !== undefined && isAbsolute(state)) return join(state, 'securosys', 'pins');
  const home = homedir();
  if (isAbsolute(home)) return join(home, '.local', 'state', 'securosys', 'pins');
  throw new SignError('ERR_STORE', 'there is no home folder to remember failures of PINs in: name pinStateFolder');
}

const remedy = 'name another with pinStateFolder, or say pinStateFolder: false to remember them in this process only';

/**
 * Makes the folder, for this user alone.
 * @throws SignError `ERR_INVALID_ARGUMENT` for a relative path, `ERR_STORE` when it cannot be made, is none, or others may touch it
 */
export async function makeStateFolder(folder: string): Promise<void> {
  if (!isAbsolute(folder)) invalidArgument('pinStateFolder is not an absolute path');
  const shown = sanitizeText(folder, 400);
  try {
    await nodeFiles().mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new SignError('ERR_STORE', `failures of PINs cannot be remembered in ${shown}: ${remedy}`, { cause });
  }
  const stats = await nodeFiles().lstat(folder);
  if (!stats.isDirectory()) throw new SignError('ERR_STORE', `this is no folder: ${shown}`);
  const foreign = process.getuid !== undefined && stats.uid !== process.getuid();
  if (process.platform !== 'win32' && (foreign || (stats.mode & 0o077) !== 0))
    throw new SignError('ERR_STORE', `the folder must belong to this user alone: chmod 700 ${shown}`);
}
