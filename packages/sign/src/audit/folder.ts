import { nodeFiles, SignError, sanitizeText } from '@securosys/core';

/** Eight digits sort as names do; more of them still count. */
const filePattern = /^audit-(\d{8,15})\.jsonl$/;

/** Name of the file with this number, from 1. */
export const fileName = (number: number): string => `audit-${String(number).padStart(8, '0')}.jsonl`;

/** Number of a file of a log; `undefined` for any other name. */
export function fileNumber(name: string): number | undefined {
  const number = Number(filePattern.exec(name)?.[1]);
  return number >= 1 && fileName(number) === name ? number : undefined;
}

/** The platform's name of a failure. */
export const failure = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** `undefined` for what is not there. @throws whatever else went wrong */
export function absent(error: unknown): undefined {
  if (failure(error) === 'ENOENT') return undefined;
  throw error;
}

/**
 * Makes the folder of a log if there is none, for this user alone.
 * @throws SignError `ERR_STORE` when it is no folder, belongs to somebody else, or others may write to it
 */
export async function makeLogFolder(folder: string): Promise<void> {
  await nodeFiles().mkdir(folder, { recursive: true, mode: 0o700 });
  const stats = await nodeFiles().lstat(folder);
  if (!stats.isDirectory()) throw new SignError('ERR_STORE', `the audit log is not a folder: ${sanitizeText(folder, 400)}`);
  const foreign = process.getuid !== undefined && stats.uid !== process.getuid();
  // Auditors may read; nobody else writes.
  if (process.platform !== 'win32' && (foreign || (stats.mode & 0o022) !== 0))
    throw new SignError('ERR_STORE', `only this user may write to the audit log: chmod go-w ${sanitizeText(folder, 400)}`);
}

/** Makes a new name in the folder last through a loss of power. Windows has no such thing as syncing a folder. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await nodeFiles().open(folder, nodeFiles().constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
