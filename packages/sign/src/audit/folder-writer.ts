import { join } from 'node:path';
import { nodeFiles, SignError, sanitizeText } from '@securosys/core';
import { chainLines, fileEntry, type QueuedEntry } from './batch.js';
import { failure, fileName, fileNumber, makeLogFolder, syncFolder } from './folder.js';
import { encodeMembers } from './line.js';
import { takeTurn } from './lock.js';
import type { AuditHead, AuditReceipt } from './record.js';
import type { SinkQueue } from './sink.js';
import { lastOfFile, openLogFile, readTail, type TornTail } from './tail.js';

/** Takes batches; each is durable when its promise resolves. One at a time. */
export interface BatchWriter {
  /** Receipts of the entries, in their order. @throws SignError `ERR_STORE` */
  write(entries: readonly QueuedEntry[]): Promise<readonly AuditReceipt[]>;
  /** The last record, as far as it is known now. */
  head(): Promise<AuditHead | undefined>;
}

export interface FolderWriterOptions {
  readonly folder: string;
  /** A file that has reached this size is the last but one. */
  readonly maxFileBytes: number;
  /** Gets each batch while it is this writer's turn. */
  readonly copy?: SinkQueue;
  readonly now: () => string;
}

/** The file that is written to, as it was when this writer last looked. It is open while it is written to, and not in between. */
interface Current {
  readonly number: number;
  /** Absent: it is to be made. */
  inode: number | undefined;
  size: number;
  head: AuditHead | undefined;
  /** To be cut away, and not yet said so in the log. */
  torn: TornTail | undefined;
  /** Whether the name of the file is known to last. */
  named: boolean;
}

/** Writes to a folder that other processes write to as well: each batch is a turn of its own. */
export function createFolderWriter({ folder, maxFileBytes, copy, now }: FolderWriterOptions): BatchWriter {
  let current: Current | undefined;
  let made = false;
  const pathOf = (number: number) => join(folder, fileName(number));

  /** Makes `current` what the folder holds now. */
  async function look(names: readonly string[]): Promise<void> {
    const number = Math.max(0, ...names.map((name) => fileNumber(name) ?? 0));
    if (current?.number === number) {
      const { ino, size } = await nodeFiles().lstat(pathOf(number));
      if (ino === current.inode && size === current.size) return;
    }
    current = undefined;
    if (number === 0) return;
    const file = await openLogFile(pathOf(number), false);
    try {
      const { size, head, torn } = await readTail(file, number);
      const before = head ?? (number > 1 ? await lastOfFile(folder, number - 1) : undefined);
      current = { number, inode: (await file.stat()).ino, size, head: before, torn, named: false };
    } finally {
      await file.close();
    }
  }

  /** The file after this one. What another process wrote before it died is cut, or may not have reached the disk. */
  async function nextFile({ number, size, head, torn }: Current): Promise<Current> {
    const file = await openLogFile(pathOf(number), false);
    try {
      if (torn) await file.truncate(size);
      await file.datasync();
    } finally {
      await file.close();
    }
    return { number: number + 1, inode: undefined, size: 0, head, torn, named: false };
  }

  /** Appends durably, or leaves the file as it was. */
  async function append(to: Current, bytes: Uint8Array): Promise<void> {
    const file = await openLogFile(pathOf(to.number), to.inode === undefined);
    let ours = false;
    try {
      const { ino } = await file.stat();
      if (to.inode !== undefined && ino !== to.inode)
        throw new SignError('ERR_STORE', 'somebody has exchanged the file of the audit log that is written to');
      ours = true;
      if (to.torn && to.inode !== undefined) await file.truncate(to.size);
      await file.writeFile(bytes);
      await file.datasync();
      if (!to.named) await syncFolder(folder);
      to.inode = ino;
    } catch (error) {
      if (ours) await file.truncate(to.size).catch(ignored);
      throw error;
    } finally {
      await file.close();
    }
  }

  async function writeInTurn(entries: readonly QueuedEntry[], fresh: () => boolean) {
    const first: Current = { number: 1, inode: undefined, size: 0, head: undefined, torn: undefined, named: false };
    if (current && current.size >= maxFileBytes) current = await nextFile(current);
    const to = current ?? first;
    const { torn, number } = to;
    const own: QueuedEntry[] = [
      ...(to.size === 0 ? [fileEntry(number, now())] : []),
      ...(torn ? [{ kind: 'repaired', members: encodeMembers({ kind: 'repaired', ...torn }), at: now() }] : []),
    ];
    const batch = chainLines(to.head, [...own, ...entries]);
    await copy?.ready();
    if (!fresh()) throw new SignError('ERR_STORE', 'the turn at the audit log took too long', { retryable: true });
    await append(to, batch.bytes);
    current = { ...to, size: to.size + batch.bytes.byteLength, head: batch.heads.at(-1), torn: undefined, named: true };
    await copy?.send(batch.lines());
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
      current = undefined;
      if (SignError.is(cause)) throw cause;
      const why = failure(cause) === 'ENOSPC' ? 'the disk is full' : 'it cannot be written';
      throw new SignError('ERR_STORE', `audit log: ${why}: ${sanitizeText(folder, 400)}`, { cause });
    }
  }

  return {
    write: (entries) => inTurn((fresh) => writeInTurn(entries, fresh)),
    head: () => inTurn(async () => current?.head),
  };
}

/** On the way to an error that says more. */
const ignored = () => undefined;
