import type { JsonValue } from '@securosys/core';
import type { Change } from './collection.js';

/** Where the changes of calls are kept. */
export interface Journal {
  /** The records of one partition's collection, oldest first. */
  load(partition: string, collection: string): Iterable<JsonValue>;
  /** Stores all of it or nothing. Changes are written out only if asked for. @throws SignError `ERR_STORE` */
  commit(partition: string, changes: () => readonly Change[]): void;
  close(): void;
}

/** Forgets everything with the process: the default. */
export const memoryJournal: Journal = {
  load: () => [],
  commit: () => undefined,
  close: () => undefined,
};
