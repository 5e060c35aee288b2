import { chainLines, fileEntry } from './batch.js';
import type { BatchWriter } from './folder-writer.js';
import type { AuditHead } from './record.js';

/** Somewhere else that lines go to: a collector, an object store, a database. */
export interface AuditSink {
  /**
   * Takes lines of the log in their order, each with its line feed. They count as written when the promise resolves; when it rejects, the
   * same lines come again with the next ones, so taking a line twice must do no harm.
   */
  write(lines: readonly string[]): Promise<void>;
}

/** Hands lines to a sink, along with those that it did not take before. */
export function sendLines(sink: AuditSink): (lines: readonly string[]) => Promise<void> {
  let unsent: readonly string[] = [];
  return async (lines) => {
    unsent = [...unsent, ...lines];
    await sink.write(unsent);
    unsent = [];
  };
}

/** A log that lives in a sink alone. Only this process may write to it. */
export function createSinkWriter(sink: AuditSink, after: AuditHead | undefined, now: () => string): BatchWriter {
  let head = after;
  return {
    async write(entries) {
      const own = head ? [] : [fileEntry(1, now())];
      const batch = chainLines(head, [...own, ...entries]);
      await sink.write(batch.lines());
      head = batch.heads.at(-1);
      return batch.heads.slice(own.length);
    },
    head: async () => head,
  };
}
