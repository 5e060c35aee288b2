import { lstatSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hexText, nodeCrypto, nodeFiles, SignError, sanitizeText } from '@securosys/core';
import { codeOf } from './read-file.js';

/** How a file comes to be. */
export interface WriteOptions {
  /** Default 0600. */
  readonly mode?: number;
  /** Takes the place of what is there. Default: refused with `ERR_CONFLICT`. */
  readonly replace?: boolean;
}

/**
 * Makes a folder of this user's own (0700), and those above it as the system makes them.
 * @throws SignError `ERR_STORE` when it is a link, or no folder
 */
export async function makeOwnFolder(folder: string): Promise<void> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (lstatSync(folder).isDirectory()) return;
  } catch (cause) {
    throw new SignError('ERR_STORE', `the folder cannot be made: ${sanitizeText(folder, 400)}`, { cause });
  }
  throw new SignError('ERR_STORE', `this is no folder: ${sanitizeText(folder, 400)}`);
}

/**
 * A file appears whole: it is written beside its place and moved there; a link that has its name is replaced, never followed (S29).
 * @throws SignError `ERR_CONFLICT` when something is there and `replace` was not said, `ERR_STORE`
 */
export async function writeOwnFile(path: string, contents: string | Uint8Array, options: WriteOptions = {}): Promise<void> {
  const { mode = 0o600, replace = false } = options;
  const files = nodeFiles();
  const fresh = join(dirname(path), `.${hexText(nodeCrypto().randomBytes(12))}.tmp`);
  try {
    const file = await files.open(fresh, 'wx', mode);
    try {
      await file.writeFile(contents);
      // The mode of `open` is cut by the process's mask, which may take away what an executable needs.
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    // A hard link fails where something is there; a rename replaces it.
    if (replace) await files.rename(fresh, path);
    else await files.link(fresh, path);
  } catch (cause) {
    const shown = sanitizeText(path, 400);
    if (codeOf(cause) === 'EEXIST') throw new SignError('ERR_CONFLICT', `this is there already: ${shown}`, { retryable: false });
    throw new SignError('ERR_STORE', `the file cannot be written: ${shown}`, { cause });
  } finally {
    await files.rm(fresh, { force: true });
  }
}
