import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, nodeFiles, SignError, sanitizeText } from '@securosys/core';
import { removeDeadLock } from './dead-lock.js';
import { absent, codeOf, makeStateFolder } from './state-folder.js';

const pauseMs = 20;
/** A file that nobody has kept fresh for so long was left by a process that died. */
const staleMs = 60_000;
const freshenMs = 15_000;
const patienceMs = 90_000;

/** The lock, open: no other file has its inode for as long as it is. `undefined` when somebody else has it. */
async function take(path: string): Promise<FileHandle | undefined> {
  try {
    return await nodeFiles().open(path, 'wx', 0o600);
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return undefined;
    throw new SignError('ERR_STORE', `the folder for failures of PINs cannot be written to: ${sanitizeText(path, 400)}`, {
      cause,
    });
  }
}

async function freshen(lock: FileHandle): Promise<void> {
  const now = new Date();
  // One that cannot be touched any more is over.
  await lock.utimes(now, now).catch(() => undefined);
}

/** Removes a lock, unless another one has taken its place. */
async function release(path: string, lock: FileHandle): Promise<void> {
  const [{ ino }, there] = [await lock.stat(), await nodeFiles().lstat(path).catch(absent)];
  await lock.close();
  if (there?.ino === ino) await nodeFiles().unlink(path).catch(absent);
}

/**
 * Lets one process at a time try a PIN of a source: the next one sees how that ended before it tries the same.
 * @param name the same for all who would try the same
 * @throws SignError `ERR_STORE`, and the signal's reason
 */
export async function underAttemptLock<T>(
  { folder, name, clock, signal }: { folder: string; name: string; clock: Clock; signal?: AbortSignal },
  attempt: () => Promise<T>,
): Promise<T> {
  await makeStateFolder(folder);
  const path = join(folder, `${name}.lock`);
  let lock = await take(path);
  for (const start = clock.now(); !lock; lock = await take(path)) {
    signal?.throwIfAborted();
    if (clock.now() - start > patienceMs)
      throw new SignError('ERR_STORE', `another process tries this PIN for too long: ${sanitizeText(path, 400)}`);
    const held = await nodeFiles().lstat(path).catch(absent);
    // File times are the machine's own, whatever clock was handed in.
    if (held && Math.abs(Date.now() - held.mtimeMs) > staleMs) await removeDeadLock(path, held, staleMs);
    await clock.sleep(pauseMs, signal);
  }
  // However long the module takes: nobody else tries the same PIN meanwhile.
  const [own, timer] = [lock, setInterval(() => void freshen(own), freshenMs).unref()];
  try {
    return await attempt();
  } finally {
    clearInterval(timer);
    await release(path, own);
  }
}
