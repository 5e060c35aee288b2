import type { Stats } from 'node:fs';
import { nodeFiles, SignError, sanitizeText } from '@securosys/core';
import { absent, codeOf } from './state-folder.js';

/**
 * Removes the lock of a process that died. Of several who saw it, one does: whoever gave it its second name. What has taken its place
 * meanwhile stays, because it is another file.
 * @param seen the lock as it was when it was found to be dead
 * @param deadMs age of a second name whose maker has died too, in milliseconds
 * @throws SignError `ERR_STORE`
 */
export async function removeDeadLock(path: string, seen: Stats, deadMs: number): Promise<void> {
  const { link, lstat, unlink } = nodeFiles();
  const second = `${path}.${seen.ino}-${Math.trunc(seen.mtimeMs)}`;
  try {
    await link(path, second);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return;
    if (codeOf(cause) !== 'EEXIST')
      throw new SignError('ERR_STORE', `a lock of a PIN cannot be taken over: remove ${sanitizeText(path, 400)}`, { cause });
    const made = await lstat(second).catch(absent);
    // The time of the name, which is not that of the file.
    if (made && Date.now() - made.ctimeMs > deadMs) await unlink(second).catch(absent);
    return;
  }
  try {
    const { ino, mtimeMs } = await lstat(second);
    if (ino === seen.ino && mtimeMs === seen.mtimeMs) await unlink(path).catch(absent);
  } finally {
    await unlink(second).catch(absent);
  }
}
