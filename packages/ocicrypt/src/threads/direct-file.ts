import type { FileHandle } from 'node:fs/promises';

/** Place, length and memory of a direct write have to be multiples of this many bytes on every file system and disk that is in use. */
export const directUnit = 4096;

/**
 * Opens a file once more, for writes that go from our memory to the disk (`O_DIRECT`). A layer is written once and synchronized at its end, so a copy of it in
 * the system's memory would only cost: as much as the hashes, and in virtual machines more, where each new page of it has to be asked of the host.
 * @returns `undefined` where the system or the file system knows no such writes
 */
export async function openDirect(file: FileHandle): Promise<FileHandle | undefined> {
  const { constants, promises } = process.getBuiltinModule('node:fs');
  if (!constants.O_DIRECT) return undefined;
  // By its number, so that it is the same file whatever its name means by now.
  return promises.open(`/proc/self/fd/${file.fd}`, constants.O_WRONLY | constants.O_DIRECT).catch(() => undefined);
}

/** Whether a file that opened so takes no such write after all: some file systems say it then. */
export const refusesDirect = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EINVAL' || error.code === 'ENOTSUP');
