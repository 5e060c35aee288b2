import { chmodSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { invalidArgument, SignError } from '@securosys/core';
import type { Database } from 'node-sqlite3-wasm';
import type { Change } from './collection.js';
import { type Journal, storedRecord } from './journal.js';
import { acquireOwnerLock, type OwnerLock } from './owner-lock.js';
import { makePrivateFolder } from './private-folder.js';
import { openSqlite } from './sqlite.js';

/** What is made inside the folder that the user names: nobody should take it for the store of a broker (threat model S35). */
const folderName = 'emulated-tsb';

const upsert = `INSERT INTO record (partition, collection, id, text) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET text = excluded.text`;
const remove = 'DELETE FROM record WHERE partition = ? AND collection = ? AND id = ?';
const select = 'SELECT text FROM record WHERE partition = ? AND collection = ? ORDER BY rowid';

/** Records in a database. Synchronous, so that nothing happens between a call's changes and their commit. */
class SqliteJournal implements Journal {
  readonly #database: Database;
  readonly #lock: OwnerLock;

  constructor(database: Database, lock: OwnerLock) {
    this.#database = database;
    this.#lock = lock;
  }

  *load(partition: string, collection: string) {
    for (const row of this.#database.all(select, [partition, collection])) yield storedRecord(String(row.text));
  }

  commit(partition: string, changes: () => readonly Change[]): void {
    if (!this.#database.isOpen) throw new SignError('ERR_STORE', 'the emulator is closed');
    this.#lock.check();
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const { collection, id, text } of changes())
        if (text === undefined) this.#database.run(remove, [partition, collection, id]);
        else this.#database.run(upsert, [partition, collection, id, text]);
      this.#database.exec('COMMIT');
    } catch (cause) {
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      throw new SignError('ERR_STORE', 'the data folder could not be written', { cause });
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
    this.#lock.release();
  }
}

/**
 * Opens `emulated-tsb` inside a folder, and makes it with mode 0700 when it is not there. It holds private keys **in clear**: they
 * are software keys of an emulator. One process at a time; what a call changed is on the disk before the call is answered.
 * @throws SignError `ERR_STORE` when another process uses it, when it is not this user's alone, is damaged, or holds something else
 */
export async function openDataFolder(path: string): Promise<Journal> {
  if (typeof path !== 'string' || path === '') invalidArgument('dataFolder has to be the path of a folder');
  const folder = join(path, folderName);
  makePrivateFolder(folder, 'the data folder');
  const lock = acquireOwnerLock(join(folder, `${folderName}.lock`));
  try {
    const file = join(folder, `${folderName}.sqlite`);
    // The library's own lock is a folder beside the file, which a killed process leaves behind. Ours says that nobody is there.
    rmSync(`${file}.lock`, { recursive: true, force: true });
    const database = await openSqlite(file);
    for (const name of readdirSync(folder)) if (name.startsWith(`${folderName}.sqlite`)) restrict(join(folder, name));
    return new SqliteJournal(database, lock);
  } catch (error) {
    lock.release();
    throw SignError.is(error) ? error : new SignError('ERR_STORE', 'the data folder cannot be used', { cause: error });
  }
}

function restrict(path: string): void {
  if (lstatSync(path).isFile()) chmodSync(path, 0o600);
}
