import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeFiles, SignError, sanitizeText } from '@securosys/core';
import { type Batch, bytesOf, chainLines, fileEntry, type QueuedEntry } from './batch.js';
import { failure, fileName, fileNumber, makeLogFolder, syncFolder } from './folder.js';
import { encodeMembers } from './line.js';
import { takeTurn } from './lock.js';
import type { AuditHead, AuditReceipt } from './record.js';
import { lastOfFile, openLogFile, readTail, type TornTail } from './tail.js';

/** Takes batches; each is durable when its promise resolves. One at a time. */
export interface BatchWriter {
  /** Receipts of the entries, in their order. @throws SignError `ERR_STORE` */
  write(entries: readonly QueuedEntry[]): Promise<readonly AuditReceipt[]>;
  /** The last record, as far as it is known now. */
  head(): Promise<AuditHead | undefined>;
  close(): Promise<void>;
}

export interface FolderWriterOptions {
  readonly folder: string;
  /** A file that has reached this size is the last but one. */
  readonly maxFileBytes: number;
  /** Gets each batch while it is this writer's turn. */
  readonly copy?: (lines: readonly string[]) => Promise<void>;
  readonly now: () => string;
}

/** The file that is written to, as it was when this writer last looked. */
interface Current {
  readonly number: number;
  readonly file: FileHandle;
  readonly inode: number;
  size: number;
  head: AuditHead | undefined;
  /** Cut away, and not yet said so in the log. */
  torn: TornTail | undefined;
  /** Whether the name of the file is known to last. */
  named: boolean;
}

/** Writes to a folder that other processes write to as well: each batch is a turn of its own. */
export function createFolderWriter({ folder, maxFileBytes, copy, now }: FolderWriterOptions): BatchWriter {
  let current: Current | undefined;
  let made = false;

  async function drop(): Promise<void> {
    const last = current;
    current = undefined;
    await last?.file.close();
  }

  /** Makes `current` what the folder holds now. */
  async function look(names: readonly string[]): Promise<void> {
    const number = Math.max(0, ...names.map((name) => fileNumber(name) ?? 0));
    if (number === 0) return drop();
    const path = join(folder, fileName(number));
    if (current?.number === number) {
      const { ino, size } = await nodeFiles().lstat(path);
      if (ino === current.inode && size === current.size) return;
    }
    await drop();
    const file = await openLogFile(path, false);
    try {
      const { size, head, torn } = await readTail(file, number);
      const before = head ?? (number > 1 ? await lastOfFile(folder, number - 1) : undefined);
      current = { number, file, inode: (await file.stat()).ino, size, head: before, torn, named: false };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async function nextFile(): Promise<Current> {
    const { number = 0, head, torn, file: last } = current ?? {};
    if (torn) await last?.truncate(current?.size);
    // What another process wrote before it died may not have reached the disk.
    await last?.datasync();
    const file = await openLogFile(join(folder, fileName(number + 1)), true);
    await drop();
    current = { number: number + 1, file, inode: (await file.stat()).ino, size: 0, head, torn, named: false };
    return current;
  }

  /** Appends durably, or leaves the file as it was. */
  async function append(to: Current, bytes: Uint8Array): Promise<void> {
    try {
      if (to.torn) await to.file.truncate(to.size);
      await to.file.writeFile(bytes);
      await to.file.datasync();
      if (!to.named) await syncFolder(folder);
    } catch (error) {
      await to.file.truncate(to.size).catch(ignored);
      throw error;
    }
  }

  async function writeInTurn(entries: readonly QueuedEntry[], fresh: () => boolean) {
    const to = !current || current.size >= maxFileBytes ? await nextFile() : current;
    const { torn, number } = to;
    const own: QueuedEntry[] = [
      ...(to.size === 0 ? [fileEntry(number, now())] : []),
      ...(torn ? [{ kind: 'repaired', members: encodeMembers({ kind: 'repaired', ...torn }), at: now() }] : []),
    ];
    const batch: Batch = chainLines(to.head, [...own, ...entries]);
    const bytes = bytesOf(batch.lines);
    if (!fresh()) throw new SignError('ERR_STORE', 'the turn at the audit log took too long', { retryable: true });
    await append(to, bytes);
    Object.assign(to, { size: to.size + bytes.byteLength, head: batch.heads.at(-1), torn: undefined, named: true });
    await copy?.(batch.lines);
    return batch.heads.slice(own.length).map((head) => ({ ...head, file: fileName(number) }));
  }

  async function inTurn<T>(work: (fresh: () => boolean) => Promise<T>): Promise<T> {
    try {
      if (!made) await makeLogFolder(folder);
      made = true;
      const turn = await takeTurn(folder);
      try {
        await look(turn.names);
        return await work(turn.fresh);
      } finally {
        await turn.release();
      }
    } catch (cause) {
      await drop().catch(ignored);
      if (SignError.is(cause)) throw cause;
      const why = failure(cause) === 'ENOSPC' ? 'the disk is full' : 'it cannot be written';
      throw new SignError('ERR_STORE', `audit log: ${why}: ${sanitizeText(folder, 400)}`, { cause });
    }
  }

  return {
    write: (entries) => inTurn((fresh) => writeInTurn(entries, fresh)),
    head: () => inTurn(async () => current?.head),
    close: drop,
  };
}

/** On the way to an error that says more. */
const ignored = () => undefined;
