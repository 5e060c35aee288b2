import { SignError } from '@securosys/core';
import type { QueuedEntry } from './batch.js';
import type { BatchWriter } from './folder-writer.js';
import type { AuditReceipt } from './record.js';

/** Of one batch, so that a file that is full stays near its size. */
const batchEntries = 1024;
const batchBytes = 1024 * 1024;

interface Waiting {
  readonly entry: QueuedEntry;
  readonly resolve: (receipt: AuditReceipt) => void;
  readonly reject: (error: unknown) => void;
}

/** Entries that come while a batch is written are the next batch: one write and one sync for all of them. */
export interface GroupCommit {
  append(entry: QueuedEntry): Promise<AuditReceipt>;
  /** Resolves when everything was written or refused. */
  idle(): Promise<void>;
}

/** Group commit over a writer. @param maxHeldBytes most bytes of entries that may wait to be written */
export function groupCommit(writer: BatchWriter, maxHeldBytes: number): GroupCommit {
  let queue: Waiting[] = [];
  /** Of the entries that wait, and of those that are being written. */
  let held = 0;
  let running: Promise<void> | undefined;

  /** The next batch, taken off the queue. */
  function take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < queue.length && count < batchEntries && bytes < batchBytes)
      bytes += (queue[count++] as Waiting).entry.members.length;
    const batch = queue.slice(0, count);
    queue = queue.slice(count);
    return batch;
  }

  async function run(): Promise<void> {
    while (queue.length > 0) {
      const batch = take();
      try {
        const receipts = await writer.write(batch.map(({ entry }) => entry));
        batch.forEach(({ resolve }, i) => {
          resolve(receipts[i] as AuditReceipt);
        });
      } catch (cause) {
        const error = SignError.is(cause) ? cause : new SignError('ERR_STORE', 'the audit log cannot be written', { cause });
        for (const { reject } of batch) reject(error);
      }
      for (const { entry } of batch) held -= entry.members.length;
    }
    running = undefined;
  }

  return {
    append: (entry) =>
      new Promise((resolve, reject) => {
        if (held >= maxHeldBytes)
          throw new SignError('ERR_STORE', 'too many records wait to be written to the audit log', { retryable: true });
        held += entry.members.length;
        queue.push({ entry, resolve, reject });
        // Whoever asks in the same turn of the event loop shares the first batch.
        running ??= Promise.resolve().then(run);
      }),
    async idle() {
      while (running) await running;
    },
  };
}
