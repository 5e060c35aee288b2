import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, mkdir, open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { SignError } from './errors.js';
import { canonicalJson, type JsonObject, parseJsonObject } from './json.js';
import type { PendingStore } from './pending-store.js';

const keyPattern = /^[A-Za-z0-9_-]{1,128}$/;
const maxBytes = 4 * 1024 * 1024;

/**
 * A {@link PendingStore} in a folder of one machine, for command lines and plugins. The folder is made with mode 0700, records
 * are 0600, written to a temporary file in the same folder, synced and moved into place; links are never followed (S29).
 * @throws SignError `ERR_STORE` when the folder is not ours alone, or a record is not one
 */
export function createFolderStore(folder: string): PendingStore {
  let ready: Promise<void> | undefined;
  const prepare = () => {
    ready ??= makeFolder(folder).catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    return ready;
  };
  const path = (key: string) => {
    if (!keyPattern.test(key)) throw new SignError('ERR_INVALID_ARGUMENT', 'store keys are 1 to 128 letters, digits, - and _');
    return join(folder, `${key}.json`);
  };
  return {
    async get(key) {
      await prepare();
      const file = await open(path(key), constants.O_RDONLY | constants.O_NOFOLLOW).catch(absent);
      if (!file) return undefined;
      try {
        const { size } = await file.stat();
        if (size > maxBytes) throw new SignError('ERR_STORE', 'a record of the pending store is too large');
        return parseJsonObject(new Uint8Array(await file.readFile()), { what: 'pending record', maxBytes });
      } finally {
        await file.close();
      }
    },
    async put(key, record: JsonObject, options) {
      await prepare();
      const target = path(key);
      const temporary = join(folder, `.${randomBytes(12).toString('hex')}.tmp`);
      const file = await open(temporary, 'wx', 0o600);
      try {
        try {
          await file.writeFile(canonicalJson(record));
          await file.sync();
        } finally {
          await file.close();
        }
        if (!options?.ifAbsent) {
          await rename(temporary, target);
          return true;
        }
        // A hard link fails when the name exists: the one atomic "create with these contents" that every file system has.
        await link(temporary, target);
        await unlink(temporary);
        return true;
      } catch (cause) {
        await unlink(temporary).catch(absent);
        if (options?.ifAbsent && code(cause) === 'EEXIST') return false;
        throw cause instanceof SignError ? cause : new SignError('ERR_STORE', 'a record could not be written', { cause });
      }
    },
    async delete(key) {
      await prepare();
      await unlink(path(key)).catch(absent);
    },
  };
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stats = await lstat(folder);
  if (!stats.isDirectory()) throw new SignError('ERR_STORE', 'the pending store is not a folder');
  const foreign = process.getuid !== undefined && stats.uid !== process.getuid();
  if (process.platform !== 'win32' && (foreign || (stats.mode & 0o077) !== 0))
    throw new SignError('ERR_STORE', 'the pending store must belong to this user alone (mode 0700)');
}

const code = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

function absent(error: unknown): undefined {
  if (code(error) === 'ENOENT') return undefined;
  throw new SignError('ERR_STORE', 'a record could not be read', { cause: error });
}
