import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeFiles, SignError, sha256Hex } from '@securosys/core';
import { fileName } from './folder.js';
import { decodeLine } from './line.js';
import type { AuditHead } from './record.js';

/** More than one batch: what a killed writer left behind is within. */
const windowBytes = 4 * 1024 * 1024;

/** Bytes behind the last line feed, which a writer that died left behind. Nobody was told that they are durable. */
export interface TornTail {
  readonly bytes: number;
  /** Of these bytes, hex. */
  readonly sha256: string;
}

/** Where a file ends. */
export interface Tail {
  /** Length up to and with the last line feed. */
  readonly size: number;
  /** Its last record; absent when it has none. */
  readonly head?: AuditHead;
  readonly torn?: TornTail;
}

/** Opens a file of a log for appending; links are not followed. */
export function openLogFile(path: string, create: boolean): Promise<FileHandle> {
  const { O_RDWR, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = nodeFiles().constants;
  return nodeFiles().open(path, O_RDWR | O_APPEND | O_NOFOLLOW | (create ? O_CREAT | O_EXCL : 0), 0o600);
}

/**
 * Reads the end of a file. Only what has no line feed counts as torn: a whole line that is no record is damage, which is not cut away.
 * @throws SignError `ERR_STORE`
 */
export async function readTail(file: FileHandle, number: number): Promise<Tail> {
  const { size } = await file.stat();
  const window = Buffer.alloc(Math.min(size, windowBytes));
  await file.read(window, 0, window.byteLength, size - window.byteLength);
  const end = window.lastIndexOf(0x0a) + 1;
  if (end === 0 && window.byteLength < size) throw damaged(number);
  const rest = window.subarray(end);
  const torn = rest.byteLength > 0 && { torn: { bytes: rest.byteLength, sha256: sha256Hex(rest) } };
  if (end === 0) return { size: 0, ...torn };
  // A negative offset would count from the end.
  const start = end < 2 ? 0 : window.lastIndexOf(0x0a, end - 2) + 1;
  try {
    const { log, seq, hash } = decodeLine(window.subarray(start, end - 1));
    return { size: size - rest.byteLength, head: { log, seq, hash }, ...torn };
  } catch (cause) {
    throw damaged(number, cause);
  }
}

const damaged = (number: number, cause?: unknown) =>
  new SignError(
    'ERR_STORE',
    `${fileName(number)} of the audit log does not end with a record: verify it, keep it, and go on in a new folder`,
    {
      cause,
    },
  );

/** The last record of a whole file, for the one that is begun after it. @throws SignError `ERR_STORE` */
export async function lastOfFile(folder: string, number: number): Promise<AuditHead> {
  const file = await nodeFiles().open(join(folder, fileName(number)), nodeFiles().constants.O_RDONLY);
  try {
    const { head } = await readTail(file, number);
    if (!head) throw damaged(number);
    return head;
  } finally {
    await file.close();
  }
}
