import { nodeFiles, SignError, sanitizeText } from '@securosys/core';
import { absent } from './state-folder.js';

/** Longest record of failures, in bytes. */
const maxBytes = 65_536;

/**
 * Bytes of a record in the state folder; `undefined` where there is none. Links are not followed, and nothing waits for a pipe.
 * @throws SignError `ERR_STORE` for what is no regular file or cannot be read, `ERR_LIMIT` over 64 KiB
 */
export async function readRecord(path: string): Promise<Uint8Array | undefined> {
  const { constants, open } = nodeFiles();
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const file = await open(path, flags).catch(absent);
  if (!file) return undefined;
  try {
    const shown = sanitizeText(path, 400);
    const stats = await file.stat();
    if (!stats.isFile()) throw new SignError('ERR_STORE', `this is no record of a failed PIN: ${shown}`);
    const buffer = new Uint8Array(maxBytes + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    if (bytesRead > maxBytes) throw new SignError('ERR_LIMIT', `the record of a failed PIN is over ${maxBytes} bytes: ${shown}`);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
