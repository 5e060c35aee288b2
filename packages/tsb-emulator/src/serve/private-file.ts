import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { SignError, sanitizeText } from '@securosys/core';

/**
 * A file appears whole and for this user alone, and takes the place of whatever has its name: a link there is not followed (S29).
 * @throws SignError `ERR_STORE`
 */
export function writePrivateFile(path: string, text: string): void {
  const fresh = `${path}.${randomUUID()}`;
  try {
    writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
    renameSync(fresh, path);
  } catch (cause) {
    rmSync(fresh, { force: true });
    throw new SignError('ERR_STORE', `the file cannot be written: ${sanitizeText(path)}`, { cause });
  }
}
