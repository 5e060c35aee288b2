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
import { blockingCalls, threadCalls } from './folder-calls.js';
import { absent, makeFolder, read, removeLeftovers, syncFolder, write } from './folder-files.js';
import { acquire, release } from './folder-lock.js';

const keyPattern = /^[A-Za-z0-9_-]{1,128}$/;

/** How a folder is used. */
export interface FolderStoreOptions {
  /** Waits for locks. */
  readonly clock?: Clock;
  /**
   * The calling thread waits for the file system, and nothing else happens meanwhile: for a process that does one thing with a record or two.
   * Handing each of some twenty calls over to a thread of Node's takes such a process longer than the calls.
   */
  readonly blocking?: boolean;
}

/**
 * A {@link PendingStore} in a folder of one machine, for command lines and plugins. The folder is made with mode 0700, records
 * are 0600, written to a temporary file in the same folder, synced and moved into place, and the folder is synced; links are never followed (S29).
 * Writers of one record take turns by a lock file.
 * @throws SignError `ERR_STORE` when the folder is not ours alone or cannot be used, `ERR_MALFORMED` for a record that is not JSON
 */
export function createFolderStore(folder: string, options: FolderStoreOptions = {}): PendingStore {
  knownOptions('createFolderStore', options, ['clock', 'blocking']);
  if (typeof folder !== 'string' || folder === '') invalidArgument('createFolderStore needs the path of a folder');
  const { clock = systemClock, blocking = false } = options;
  const calls = blocking ? blockingCalls : threadCalls;
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
    await makeFolder(calls, folder);
    const lock = join(folder, `.${key}.lock`);
    const own = await acquire(calls, lock, clock);
    try {
      if (condition && !conditionHolds(await read(calls, target), condition)) return false;
      await work(target);
      return true;
    } catch (cause) {
      throw SignError.is(cause) ? cause : new SignError('ERR_STORE', 'a record could not be written', { cause });
    } finally {
      await release(calls, lock, own);
    }
  }

  return {
    async get(key) {
      const target = path(key);
      await makeFolder(calls, folder);
      return read(calls, target);
    },
    put: (key, record: JsonObject, condition) =>
      change(key, condition, async (target) => {
        const temporary = join(folder, `.${nodeCrypto().randomBytes(12).toString('hex')}.tmp`);
        try {
          await write(calls, temporary, canonicalJson(record));
          await calls.rename(temporary, target);
        } catch (error) {
          await calls.unlink(temporary).catch(() => undefined);
          throw error;
        }
        await syncFolder(calls, folder);
      }),
    delete: (key, condition) => change(key, condition, (target) => calls.unlink(target).catch(absent)),
    async *records() {
      await makeFolder(calls, folder);
      const names = await calls.readdir(folder);
      await removeLeftovers(calls, folder, names);
      for (const name of names) {
        const record = name.endsWith('.json') && keyPattern.test(name.slice(0, -5)) && (await read(calls, join(folder, name)));
        if (record) yield record;
      }
    },
  };
}
