import { nodeFiles, ownBytes, SignError } from '@securosys/core';

/**
 * A whole regular file; links are not followed and nothing else is opened for long enough to block (S29).
 * @param what how errors call it
 * @throws SignError `ERR_STORE` when it is not a regular file, `ERR_LIMIT`; errors of the file system as they are
 */
export async function readRegularFile(path: string, what: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const { constants, open, lstat } = nodeFiles();
  // Windows cannot be told not to follow links, so there the name is looked at first.
  if (constants.O_NOFOLLOW === undefined && !(await lstat(path)).isFile())
    throw new SignError('ERR_STORE', `${what} is not a regular file`);
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new SignError('ERR_STORE', `${what} is not a regular file`);
    if (stats.size > maxBytes) throw new SignError('ERR_LIMIT', `${what} is over ${maxBytes} bytes`);
    // One byte more than it has, so that a file that grows meanwhile is noticed and never read without an end.
    const chunk = new Uint8Array(stats.size + 1);
    let length = 0;
    for (let more = 1; more > 0 && length < chunk.byteLength; length += more)
      more = (await file.read(chunk, length, chunk.byteLength - length)).bytesRead;
    if (length > stats.size) throw new SignError('ERR_STORE', `${what} changed while it was read`, { retryable: true });
    return ownBytes(chunk.subarray(0, length));
  } finally {
    await file.close();
  }
}
