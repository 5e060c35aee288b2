import { existsSync, lstatSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { SignError, sanitizeText } from '@securosys/core';

function makeFolder(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
}

/**
 * Makes a folder with mode 0700 unless it is there, and the one that it is in as well; one further up has to be there. A folder that is
 * there has to be this user's alone, and no link to elsewhere.
 * @param what it is called in errors
 * @throws SignError `ERR_STORE`
 */
export function makePrivateFolder(folder: string, what: string): void {
  try {
    // Not with `recursive`: below /proc, where nothing can be made, Node 20 then tries for ever.
    makeFolder(dirname(folder));
    makeFolder(folder);
  } catch (cause) {
    throw new SignError('ERR_STORE', `${what} cannot be made: ${sanitizeText(folder)}`, { cause });
  }
  const stats = lstatSync(folder);
  if (!stats.isDirectory()) throw new SignError('ERR_STORE', `${what} is no folder: ${sanitizeText(folder)}`);
  const foreign = process.getuid !== undefined && (stats.uid !== process.getuid() || (stats.mode & 0o077) !== 0);
  if (foreign) throw new SignError('ERR_STORE', `${what} must belong to this user alone: chmod 700 ${sanitizeText(folder)}`);
}
