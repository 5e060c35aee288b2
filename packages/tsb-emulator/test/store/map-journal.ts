import type { JsonValue } from '@securosys/core';
import type { Change } from '../../src/store/collection.js';
import { type Journal, storedRecord } from '../../src/store/journal.js';

/** A journal in memory that writes everything out, so that an emulator can be opened again from what another one stored. */
export class MapJournal implements Journal {
  readonly records = new Map<string, Map<string, string>>();
  commits = 0;
  /** Thrown by the next commit. */
  failure: Error | undefined;

  *load(partition: string, collection: string): Generator<JsonValue> {
    for (const text of this.records.get(`${partition}/${collection}`)?.values() ?? []) yield storedRecord(text);
  }

  commit(partition: string, changes: () => readonly Change[]): void {
    if (this.failure) throw this.failure;
    this.commits++;
    for (const { collection, id, text } of changes()) {
      const name = `${partition}/${collection}`;
      const records = this.records.get(name) ?? new Map<string, string>();
      this.records.set(name, records);
      if (text === undefined) records.delete(id);
      else records.set(id, text);
    }
  }

  close(): void {}
}
