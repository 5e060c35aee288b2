import { SignError } from '@securosys/core';
import type { Database } from 'node-sqlite3-wasm';

/** `EMUL`: SQLite writes it into the header of the file, where `file` and hex dumps show it (threat model S35). */
const applicationId = 0x454d554c;
/** Of the tables below. */
const formatVersion = 1;

const schema = `
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${formatVersion};
  CREATE TABLE notice (text TEXT NOT NULL);
  INSERT INTO notice VALUES ('EMULATED TSB: software keys in clear. Never for production.');
  CREATE TABLE record (
    partition TEXT NOT NULL, collection TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (partition, collection, id));
`;

function pragma(database: Database, name: string): unknown {
  return Object.values(database.get(`PRAGMA ${name}`) ?? {})[0];
}

function refuse(message: string): never {
  throw new SignError('ERR_STORE', message);
}

/** Nothing is written before it is known whose the file is. */
function checkFormat(database: Database): void {
  const [id, version] = [pragma(database, 'application_id'), pragma(database, 'user_version')];
  const isNew = id === 0 && version === 0 && database.get('SELECT 1 FROM sqlite_schema') === null;
  if (isNew) {
    database.exec(`BEGIN IMMEDIATE; ${schema} COMMIT;`);
    return;
  }
  if (id !== applicationId) refuse('the database in the data folder is not of an emulated TSB');
  if (version !== formatVersion)
    refuse(`the data folder has format ${String(version)}; this emulator reads format ${formatVersion} only`);
}

/**
 * Opens the emulator's database, or makes it. Each transaction is on the disk when it returns. The one connection keeps its lock, so
 * that the write-ahead log needs no shared memory, which WebAssembly does not have.
 * @throws SignError `ERR_STORE` for a database of somebody else, of another version, or a damaged one
 */
export async function openSqlite(file: string): Promise<Database> {
  const { default: sqlite } = (await import('node-sqlite3-wasm')) as unknown as { default: typeof import('node-sqlite3-wasm') };
  const database = new sqlite.Database(file);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    checkFormat(database);
    if (pragma(database, 'journal_mode = WAL') !== 'wal') refuse('the data folder takes no write-ahead log');
    database.exec('PRAGMA synchronous = FULL');
    return database;
  } catch (cause) {
    database.close();
    throw SignError.is(cause) ? cause : new SignError('ERR_STORE', 'the database in the data folder cannot be opened', { cause });
  }
}
