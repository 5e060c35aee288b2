import { type Clock, nodeCrypto, SignError, sanitizeText } from '@securosys/core';
import type { FolderCalls } from './folder-calls.js';
import { absent, code } from './folder-files.js';

/** A lock is held for milliseconds; one of this age belonged to a process that died. */
const staleLockMs = 10_000;
const lockPauseMs = 15;

/** Takes the lock file and returns its inode, by which we know later that it is still ours. */
export async function acquire(calls: FolderCalls, lock: string, clock: Clock): Promise<number> {
  for (const start = clock.now(); ; ) {
    try {
      const file = await calls.open(lock, 'wx', 0o600);
      const { ino } = await calls.fstat(file);
      await calls.close(file);
      return ino;
    } catch (cause) {
      if (code(cause) !== 'EEXIST')
        throw new SignError('ERR_STORE', 'the folder of the pending store cannot be written to', { cause });
    }
    if (clock.now() - start > 3 * staleLockMs) throw new SignError('ERR_STORE', `a record stays locked: ${sanitizeText(lock)}`);
    const held = await calls.lstat(lock).catch(absent);
    // File times are the machine's own, whatever clock was handed in.
    if (held && Math.abs(Date.now() - held.mtimeMs) > staleLockMs) await bury(calls, lock, held.ino);
    else await clock.sleep(lockPauseMs);
  }
}

/** Takes a dead process's lock away. Whoever sees that it moved a living one puts it back. */
async function bury(calls: FolderCalls, lock: string, dead: number): Promise<void> {
  const grave = `${lock}-${nodeCrypto().randomBytes(12).toString('hex')}`;
  try {
    await calls.rename(lock, grave);
    if ((await calls.lstat(grave)).ino !== dead) await calls.link(grave, lock);
  } catch (error) {
    if (code(error) !== 'ENOENT' && code(error) !== 'EEXIST') throw error;
  } finally {
    await calls.unlink(grave).catch(absent);
  }
}

/** Removes the lock file, if it is still ours. */
export async function release(calls: FolderCalls, lock: string, ino: number): Promise<void> {
  if ((await calls.lstat(lock).catch(absent))?.ino === ino) await calls.unlink(lock).catch(absent);
}
