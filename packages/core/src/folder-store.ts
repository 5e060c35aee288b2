import { join } from 'node:path';
import {
  type Clock,
  canonicalJson,
  conditionHolds,
  invalidArgument,
  type JsonObject,
  knownOptions,
  nodeCrypto,
  nodeFiles,
  type PendingCondition,
  type PendingStore,
  parseJsonObject,
  SignError,
  sanitizeText,
  systemClock,
} from '@securosys/core';

const keyPattern = /^[A-Za-z0-9_-]{1,128}$/;
const maxBytes = 4 * 1024 * 1024;
/** A lock is held for milliseconds; one of this age belonged to a process that died. */
const staleLockMs = 10_000;
const lockPauseMs = 15;

/**
 * A {@link PendingStore} in a folder of one machine, for command lines and plugins. The folder is made with mode 0700, records
 * are 0600, written to a temporary file in the same folder, synced and moved into place; links are never followed (S29).
 * Writers of one record take turns by a lock file.
 * @throws SignError `ERR_STORE` when the folder is not ours alone or cannot be used, `ERR_MALFORMED` for a record that is not JSON
 */
export function createFolderStore(folder: string, options: { clock?: Clock } = {}): PendingStore {
  knownOptions('createFolderStore', options, ['clock']);
  if (typeof folder !== 'string' || folder === '') invalidArgument('createFolderStore needs the path of a folder');
  const { clock = systemClock } = options;
  const path = (key: string) => {
    if (!keyPattern.test(key)) throw new SignError('ERR_INVALID_ARGUMENT', 'store keys are 1 to 128 letters, digits, - and _');
    return join(folder, `${key}.json`);
  };

  /** Runs `work` alone among all writers of this record, if the condition holds. */
  async function change(
    key: string,
    condition: PendingCondition | undefined,
    work: (target: string) => Promise<void>,
  ): Promise<boolean> {
    const target = path(key);
    await makeFolder(folder);
    const lock = join(folder, `.${key}.lock`);
    const own = await acquire(lock, clock);
    try {
      if (condition && !conditionHolds(await read(target), condition)) return false;
      await work(target);
      return true;
    } catch (cause) {
      throw SignError.is(cause) ? cause : new SignError('ERR_STORE', 'a record could not be written', { cause });
    } finally {
      await release(lock, own);
    }
  }

  return {
    async get(key) {
      const target = path(key);
      await makeFolder(folder);
      return read(target);
    },
    put: (key, record: JsonObject, condition) =>
      change(key, condition, async (target) => {
        const temporary = join(folder, `.${nodeCrypto().randomBytes(12).toString('hex')}.tmp`);
        try {
          await write(temporary, canonicalJson(record));
          await nodeFiles().rename(temporary, target);
        } finally {
          await nodeFiles().unlink(temporary).catch(absent);
        }
      }),
    delete: (key, condition) => change(key, condition, (target) => nodeFiles().unlink(target).catch(absent)),
    async *records() {
      await makeFolder(folder);
      for (const name of await nodeFiles().readdir(folder)) {
        const record = name.endsWith('.json') && keyPattern.test(name.slice(0, -5)) && (await read(join(folder, name)));
        if (record) yield record;
      }
    },
  };
}

async function read(target: string): Promise<JsonObject | undefined> {
  const file = await nodeFiles()
    .open(target, nodeFiles().constants.O_RDONLY | (nodeFiles().constants.O_NOFOLLOW ?? 0))
    .catch(absent);
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    if (size > maxBytes) throw new SignError('ERR_STORE', 'a record of the pending store is too large');
    return parseJsonObject(new Uint8Array(await file.readFile()), { what: 'pending record', maxBytes });
  } finally {
    await file.close();
  }
}

async function write(target: string, text: string): Promise<void> {
  const file = await nodeFiles().open(target, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Takes the lock file and returns its inode, by which we know later that it is still ours. */
async function acquire(lock: string, clock: Clock): Promise<number> {
  for (const start = clock.now(); ; ) {
    try {
      const file = await nodeFiles().open(lock, 'wx', 0o600);
      const { ino } = await file.stat();
      await file.close();
      return ino;
    } catch (cause) {
      if (code(cause) !== 'EEXIST')
        throw new SignError('ERR_STORE', 'the folder of the pending store cannot be written to', { cause });
    }
    if (clock.now() - start > 3 * staleLockMs) throw new SignError('ERR_STORE', `a record stays locked: ${sanitizeText(lock)}`);
    const held = await nodeFiles().lstat(lock).catch(absent);
    // File times are the machine's own, whatever clock was handed in.
    if (held && Math.abs(Date.now() - held.mtimeMs) > staleLockMs) await bury(lock, held.ino);
    else await clock.sleep(lockPauseMs);
  }
}

/** Takes a dead process's lock away. Whoever sees that it moved a living one puts it back. */
async function bury(lock: string, dead: number): Promise<void> {
  const grave = `${lock}-${nodeCrypto().randomBytes(12).toString('hex')}`;
  try {
    await nodeFiles().rename(lock, grave);
    if ((await nodeFiles().lstat(grave)).ino !== dead) await nodeFiles().link(grave, lock);
  } catch (error) {
    if (code(error) !== 'ENOENT' && code(error) !== 'EEXIST') throw error;
  } finally {
    await nodeFiles().unlink(grave).catch(absent);
  }
}

async function release(lock: string, ino: number): Promise<void> {
  if ((await nodeFiles().lstat(lock).catch(absent))?.ino === ino) await nodeFiles().unlink(lock).catch(absent);
}

async function makeFolder(folder: string): Promise<void> {
  await nodeFiles()
    .mkdir(folder, { recursive: true, mode: 0o700 })
    .catch((cause: unknown) => {
      throw new SignError('ERR_STORE', `the folder of the pending store cannot be made: ${sanitizeText(folder)}`, { cause });
    });
  const stats = await nodeFiles().lstat(folder);
  if (!stats.isDirectory()) throw new SignError('ERR_STORE', `the pending store is not a folder: ${sanitizeText(folder)}`);
  const foreign = process.getuid !== undefined && stats.uid !== process.getuid();
  if (process.platform !== 'win32' && (foreign || (stats.mode & 0o077) !== 0))
    throw new SignError('ERR_STORE', `the pending store must belong to this user alone: chmod 700 ${sanitizeText(folder)}`);
}

const code = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

function absent(error: unknown): undefined {
  if (code(error) === 'ENOENT') return undefined;
  throw new SignError('ERR_STORE', 'a record could not be read', { cause: error });
}
