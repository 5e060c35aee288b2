import { join } from 'node:path';
import { type Clock, nodeFiles, SignError, sanitizeText } from '@securosys/core';
import { absent, codeOf, makeStateFolder } from './state-folder.js';

const pauseMs = 20;
/** A file that nobody has kept fresh for so long was left by a process that died. */
const staleMs = 60_000;
const freshenMs = 15_000;
const patienceMs = 90_000;

async function take(path: string): Promise<boolean> {
  try {
    const file = await nodeFiles().open(path, 'wx', 0o600);
    await file.close();
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    throw new SignError('ERR_STORE', `the folder for failures of PINs cannot be written to: ${sanitizeText(path, 400)}`, {
      cause,
    });
  }
}

async function freshened(path: string): Promise<void> {
  const now = new Date();
  // One that was removed by hand is not made anew.
  await nodeFiles()
    .utimes(path, now, now)
    .catch(() => undefined);
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
  for (const start = clock.now(); !(await take(path)); ) {
    signal?.throwIfAborted();
    if (clock.now() - start > patienceMs)
      throw new SignError('ERR_STORE', `another process tries this PIN for too long: ${sanitizeText(path, 400)}`);
    const held = await nodeFiles().lstat(path).catch(absent);
    // File times are the machine's own, whatever clock was handed in.
    if (held && Math.abs(Date.now() - held.mtimeMs) > staleMs) await nodeFiles().unlink(path).catch(absent);
    else await clock.sleep(pauseMs, signal);
  }
  // However long the module takes: nobody else tries the same PIN meanwhile.
  const freshen = setInterval(() => void freshened(path), freshenMs).unref();
  try {
    return await attempt();
  } finally {
    clearInterval(freshen);
    await nodeFiles().unlink(path).catch(absent);
  }
}
