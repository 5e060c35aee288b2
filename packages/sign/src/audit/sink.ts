import { SignError, withTimeLimit } from '@securosys/core';
import { chainLines, fileEntry } from './batch.js';
import type { BatchWriter } from './folder-writer.js';
import type { AuditHead } from './record.js';

/** Somewhere else that lines go to: a collector, an object store, a database. */
export interface AuditSink {
  /**
   * Takes lines of the log in their order, each with its line feed. They count as written when the promise resolves; when it rejects, or takes
   * longer than `timeoutMs`, the same lines come again with the next ones, so taking a line twice must do no harm.
   */
  write(lines: readonly string[]): Promise<void>;
  /** Milliseconds of the machine's time that one write may take; default 10,000. Others wait for it meanwhile. */
  readonly timeoutMs?: number;
}

const usualTimeoutMs = 10_000;

/** Hands lines to a sink, along with those that it did not take before. */
export interface SinkQueue {
  /**
   * Fails while more lines wait for the sink than may be held in memory; it is asked to take them first.
   * @throws SignError `ERR_STORE`
   */
  ready(): Promise<void>;
  /** @throws SignError `ERR_STORE` */
  send(lines: readonly string[]): Promise<void>;
}

/** @param maxHeldBytes most bytes of lines that are kept for a sink that is down */
export function queueFor(sink: AuditSink, maxHeldBytes: number): SinkQueue {
  let unsent: readonly string[] = [];
  let bytes = 0;

  async function flush(): Promise<void> {
    const ms = sink.timeoutMs ?? usualTimeoutMs;
    const message = `the sink did not answer within ${ms} ms`;
    try {
      await withTimeLimit({ ms, message }, () => sink.write(unsent));
    } catch (cause) {
      throw new SignError('ERR_STORE', 'the sink of the audit log has not taken what was written', { cause, retryable: true });
    }
    unsent = [];
    bytes = 0;
  }

  return {
    async ready() {
      if (bytes < maxHeldBytes) return;
      try {
        await flush();
      } catch (cause) {
        const message = `the sink of the audit log is down, and the ${bytes} bytes that wait for it are all that is held`;
        throw new SignError('ERR_STORE', message, { cause, retryable: true, details: { unsentBytes: bytes } });
      }
    },
    async send(lines) {
      unsent = [...unsent, ...lines];
      bytes += lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
      await flush();
    },
  };
}

/** A log that lives in a sink alone. Only this process may write to it. */
export function createSinkWriter(queue: SinkQueue, after: AuditHead | undefined, now: () => string): BatchWriter {
  /** The last record that the sink has taken, and the last one that it was offered: it may have taken what it did not confirm. */
  let taken = after;
  let offered = after;
  return {
    async write(entries) {
      await queue.ready();
      const own = offered ? [] : [fileEntry(1, now())];
      const batch = chainLines(offered, [...own, ...entries]);
      offered = batch.heads.at(-1);
      await queue.send(batch.lines());
      taken = offered;
      return batch.heads.slice(own.length);
    },
    head: async () => taken,
  };
}
