import { join } from 'node:path';
import { type JsonObject, parseJsonObject, SignError, sanitizeText } from '@securosys/core';
import { close, constants, fstat, fsync, lstat, mkdir, open, readFile, unlink, writeFile } from './folder-calls.js';

const maxBytes = 4 * 1024 * 1024;
/** What a killed process leaves behind: temporary files, and locks on their way out. Both live for milliseconds. */
const leftover = /^\.(?:[0-9a-f]{24}\.tmp|[A-Za-z0-9_-]{1,128}\.lock-[0-9a-f]{24})$/;
const leftoverMs = 3_600_000;

export async function read(target: string): Promise<JsonObject | undefined> {
  const file = await open(target, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(absent);
  if (file === undefined) return undefined;
  try {
    const { size } = await fstat(file);
    if (size > maxBytes) throw new SignError('ERR_STORE', 'a record of the pending store is too large');
    return parseJsonObject(new Uint8Array(await readFile(file)), { what: 'pending record', maxBytes });
  } finally {
    await close(file);
  }
}

export async function write(target: string, text: string): Promise<void> {
  const file = await open(target, 'wx', 0o600);
  try {
    await writeFile(file, text);
    await fsync(file);
  } finally {
    await close(file);
  }
}

/** Makes a rename last through a loss of power. Windows has no such thing as syncing a folder. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const opened = await open(folder, constants.O_RDONLY);
  try {
    await fsync(opened);
  } finally {
    await close(opened);
  }
}

/** Removes what killed processes left behind. */
export async function removeLeftovers(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names.filter((one) => leftover.test(one))) {
    const stats = await lstat(join(folder, name)).catch(absent);
    if (stats && Date.now() - stats.mtimeMs > leftoverMs) await unlink(join(folder, name)).catch(absent);
  }
}

export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, 0o700).catch((cause: unknown) => {
    throw new SignError('ERR_STORE', `the folder of the pending store cannot be made: ${sanitizeText(folder)}`, { cause });
  });
  const stats = await lstat(folder);
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
