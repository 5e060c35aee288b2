import { lstatSync, mkdirSync } from 'node:fs';
import { SignError, sanitizeText } from '@securosys/core';

/**
 * Makes a folder with mode 0700 unless it is there; one that is there has to be this user's alone, and no link to elsewhere.
 * @param what it is called in errors
 * @throws SignError `ERR_STORE`
 */
export function makePrivateFolder(folder: string, what: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new SignError('ERR_STORE', `${what} cannot be made: ${sanitizeText(folder)}`, { cause });
  }
  const stats = lstatSync(folder);
  if (!stats.isDirectory()) throw new SignError('ERR_STORE', `${what} is no folder: ${sanitizeText(folder)}`);
  const foreign = process.getuid !== undefined && (stats.uid !== process.getuid() || (stats.mode & 0o077) !== 0);
  if (foreign) throw new SignError('ERR_STORE', `${what} must belong to this user alone: chmod 700 ${sanitizeText(folder)}`);
}
