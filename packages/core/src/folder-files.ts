import { join } from 'node:path';
import { type JsonObject, parseJsonObject, SignError, sanitizeText } from '@securosys/core';
import { constants, type FolderCalls } from './folder-calls.js';

const maxBytes = 4 * 1024 * 1024;
/** What a killed process leaves behind: temporary files, and locks on their way out. Both live for milliseconds. */
const leftover = /^\.(?:[0-9a-f]{24}\.tmp|[A-Za-z0-9_-]{1,128}\.lock-[0-9a-f]{24})$/;
const leftoverMs = 3_600_000;

export async function read(calls: FolderCalls, target: string): Promise<JsonObject | undefined> {
  const file = await calls.open(target, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(absent);
  if (file === undefined) return undefined;
  try {
    const { size } = await calls.fstat(file);
    if (size > maxBytes) throw new SignError('ERR_STORE', 'a record of the pending store is too large');
    return parseJsonObject(new Uint8Array(await calls.readFile(file)), { what: 'pending record', maxBytes });
  } finally {
    await calls.close(file);
  }
}

export async function write(calls: FolderCalls, target: string, text: string): Promise<void> {
  const file = await calls.open(target, 'wx', 0o600);
  try {
    await calls.writeFile(file, text);
    await calls.fsync(file);
  } finally {
    await calls.close(file);
  }
}

/** Makes a rename last through a loss of power. Windows has no such thing as syncing a folder. */
export async function syncFolder(calls: FolderCalls, folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const opened = await calls.open(folder, constants.O_RDONLY);
  try {
    await calls.fsync(opened);
  } finally {
    await calls.close(opened);
  }
}

/** Removes what killed processes left behind. */
export async function removeLeftovers(calls: FolderCalls, folder: string, names: readonly string[]): Promise<void> {
  for (const name of names.filter((one) => leftover.test(one))) {
    const stats = await calls.lstat(join(folder, name)).catch(absent);
    if (stats && Date.now() - stats.mtimeMs > leftoverMs) await calls.unlink(join(folder, name)).catch(absent);
  }
}

export async function makeFolder(calls: FolderCalls, folder: string): Promise<void> {
  let stats = await calls.lstat(folder).catch(() => undefined);
  if (!stats) {
    await calls.mkdir(folder, 0o700).catch((cause: unknown) => {
      throw new SignError('ERR_STORE', `the folder of the pending store cannot be made: ${sanitizeText(folder)}`, { cause });
    });
    stats = await calls.lstat(folder);
  }
  if (!stats.isDirectory()) throw new SignError('ERR_STORE', `the pending store is not a folder: ${sanitizeText(folder)}`);
  const foreign = process.getuid !== undefined && stats.uid !== process.getuid();
  if (process.platform !== 'win32' && (foreign || (stats.mode & 0o077) !== 0))
    throw new SignError('ERR_STORE', `the pending store must belong to this user alone: chmod 700 ${sanitizeText(folder)}`);
}

/** The platform's name of a failure. */
export const code = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** `undefined` for a file that is not there. @throws SignError `ERR_STORE` for any other failure */
export function absent(error: unknown): undefined {
  if (code(error) === 'ENOENT') return undefined;
  throw new SignError('ERR_STORE', 'a record could not be read', { cause: error });
}
