import { type Clock, invalidArgument } from '@securosys/core';
import { type BatchWriter, createFolderWriter } from './folder-writer.js';
import { type AuditHead, hashPattern, logPattern } from './record.js';
import { type AuditSink, createSinkWriter, queueFor, type SinkQueue } from './sink.js';

const mebibyte = 1024 * 1024;

/** Where a log is kept. A folder, a sink, or both: then the sink gets a copy of all that was written to the folder. */
export interface AuditLogOptions {
  /**
   * Folder of the log, made when it is not there; on a local file system. Several processes may write to one folder at once. Others than
   * this user may be allowed to read it, and nobody else to write.
   */
  folder?: string;
  sink?: AuditSink;
  /** Where a log without a folder goes on; absent: it begins. */
  after?: AuditHead;
  /** A file that has reached this size is followed by another one. From 4 KiB to 1 GiB; default 64 MiB. */
  maxFileBytes?: number;
  /**
   * Most bytes of records that are held in memory: those that wait to be written, and those that a sink did not take, which are kept for it. Over
   * that, nothing more is taken (`ERR_STORE`) until it has caught up. From 64 KiB to 1 GiB; default 64 MiB.
   */
  maxHeldBytes?: number;
  /** Stamps the records. */
  clock?: Clock;
}

/** @throws SignError `ERR_INVALID_ARGUMENT` */
function sizeOf(name: string, size = 64 * mebibyte, least: number): number {
  if (Number.isInteger(size) && size >= least && size <= 1024 * mebibyte) return size;
  return invalidArgument(`${name} is a whole number from ${least} to 1073741824`);
}

function sinkQueue(sink: AuditSink | undefined, maxHeldBytes: number): SinkQueue | undefined {
  if (sink === undefined) return undefined;
  if (typeof sink?.write !== 'function') invalidArgument('sink needs a function write');
  const { timeoutMs = 1 } = sink;
  if (typeof timeoutMs !== 'number' || !(timeoutMs > 0)) invalidArgument('timeoutMs of a sink is a number of milliseconds');
  return queueFor(sink, maxHeldBytes);
}

function bareWriter({ folder, sink, after, ...options }: AuditLogOptions, maxHeldBytes: number, now: () => string): BatchWriter {
  const maxFileBytes = sizeOf('maxFileBytes', options.maxFileBytes, 4096);
  const copy = sinkQueue(sink, maxHeldBytes);
  if (folder !== undefined) {
    if (typeof folder !== 'string' || folder === '') invalidArgument('folder is not the path of a folder');
    if (after !== undefined) invalidArgument('a log in a folder knows where it goes on: leave out after');
    return createFolderWriter({ folder, maxFileBytes, now, ...(copy && { copy }) });
  }
  if (!copy) return invalidArgument('openAuditLog needs a folder or a sink');
  return createSinkWriter(copy, after && checkedHead(after), now);
}

/** What writes a log that the options describe, and how much it may hold. @throws SignError `ERR_INVALID_ARGUMENT` */
export function writerOf(
  options: AuditLogOptions,
  now: () => string,
): { readonly writer: BatchWriter; readonly maxHeldBytes: number } {
  const maxHeldBytes = sizeOf('maxHeldBytes', options.maxHeldBytes, 65_536);
  return { writer: bareWriter(options, maxHeldBytes, now), maxHeldBytes };
}

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkedHead(head: AuditHead): AuditHead {
  const { log, seq, hash } = head;
  if (!logPattern.test(String(log)) || !hashPattern.test(String(hash)) || !Number.isSafeInteger(seq) || seq < 0)
    invalidArgument('a head of an audit log has log (32 hex characters), seq (a number) and hash (64 hex characters)');
  return { log, seq, hash };
}
