import { isAbsolute } from 'node:path';
import { invalidArgument, type Logger, nodeFiles, SignError, sanitizeText } from '@securosys/core';
import { codeOf } from './state-folder.js';

const maxBytes = 4096;

/** A file with a PIN that was opened once: what is read belongs to the version that was seen. */
export interface OpenPinFile {
  /** Inode and times: another one means that somebody has put another PIN there. */
  readonly version: string;
  /** Without one line end at its end. */
  read(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Opens the file of a PIN; links are not followed.
 * @throws SignError `ERR_INVALID_ARGUMENT` for a relative path (S28), `ERR_STORE` for one that cannot be read or is no regular file,
 * `ERR_LIMIT` over 4 KiB
 */
export async function openPinFile(path: string, logger?: Logger): Promise<OpenPinFile> {
  if (!isAbsolute(path)) invalidArgument('the path of the PIN file is not absolute');
  const shown = sanitizeText(path, 400);
  const { constants } = nodeFiles();
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const file = await nodeFiles()
    .open(path, flags)
    .catch((cause: unknown) => {
      const what = codeOf(cause) === 'ELOOP' ? 'is a link, and links are not followed' : 'cannot be read';
      throw new SignError('ERR_STORE', `the PIN file ${what}: ${shown}`, { cause });
    });
  try {
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile()) throw new SignError('ERR_STORE', `the PIN file is no regular file: ${shown}`);
    if (stats.size > maxBytes) throw new SignError('ERR_LIMIT', `the PIN file is over ${maxBytes} bytes: ${shown}`);
    if (process.platform !== 'win32' && (stats.mode & 0o077n) !== 0n)
      logger?.warn('other users may read the PIN file: chmod 600', { path: shown });
    return {
      version: `${stats.dev}:${stats.ino}:${stats.mtimeNs}`,
      read: async () => {
        // One byte more than allowed: a file that grows meanwhile is not read for ever.
        const buffer = new Uint8Array(maxBytes + 1);
        const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
        if (bytesRead > maxBytes) throw new SignError('ERR_LIMIT', `the PIN file is over ${maxBytes} bytes: ${shown}`);
        const cut = buffer[bytesRead - 1] !== 0x0a ? 0 : buffer[bytesRead - 2] === 0x0d ? 2 : 1;
        return buffer.subarray(0, bytesRead - cut);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
