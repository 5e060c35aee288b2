import { join } from 'node:path';
import {
  type Clock,
  canonicalJson,
  conditionHolds,
  invalidArgument,
  type JsonObject,
  knownOptions,
  nodeCrypto,
  type PendingCondition,
  type PendingStore,
  SignError,
  systemClock,
} from '@securosys/core';
import { readdir, rename, unlink } from './folder-calls.js';
import { absent, makeFolder, read, removeLeftovers, syncFolder, write } from './folder-files.js';
import { acquire, release } from './folder-lock.js';

const keyPattern = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * A {@link PendingStore} in a folder of one machine, for command lines and plugins. The folder is made with mode 0700, records
 * are 0600, written to a temporary file in the same folder, synced and moved into place, and the folder is synced; links are never followed (S29).
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
          await rename(temporary, target);
          await syncFolder(folder);
        } finally {
          await unlink(temporary).catch(absent);
        }
      }),
    delete: (key, condition) => change(key, condition, (target) => unlink(target).catch(absent)),
    async *records() {
      await makeFolder(folder);
      const names = await readdir(folder);
      await removeLeftovers(folder, names);
      for (const name of names) {
        const record = name.endsWith('.json') && keyPattern.test(name.slice(0, -5)) && (await read(join(folder, name)));
        if (record) yield record;
      }
    },
  };
}
