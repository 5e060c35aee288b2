import { type JsonValue, parseJson } from '@securosys/core';
import type { Change } from './collection.js';

/** Where the changes of calls are kept. */
export interface Journal {
  /** The records of one partition's collection, oldest first. @throws what damaged records give; the store of the partition wraps it */
  load(partition: string, collection: string): Iterable<JsonValue>;
  /** Stores all of it or nothing. Changes are written out only if asked for. @throws SignError `ERR_STORE` */
  commit(partition: string, changes: () => readonly Change[]): void;
  close(): void;
}

const maxRecordBytes = 64 * 1024 * 1024;

/**
 * A record as a journal wrote it.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function storedRecord(text: string): JsonValue {
  return parseJson(text, { what: 'stored record', maxBytes: maxRecordBytes, maxValues: maxRecordBytes, surrogateUnits: true });
}

/** Forgets everything with the process: the default. */
export const memoryJournal: Journal = {
  load: () => [],
  commit: () => undefined,
  close: () => undefined,
};
