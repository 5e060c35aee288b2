import { join } from 'node:path';
import { invalidArgument, nodeFiles, SignError, sanitizeText } from '@securosys/core';
import { absent, fileNumber } from './folder.js';
import { maxLineBytes } from './record.js';

/** One file of a log that is read. */
export interface AuditFile {
  /** As it is named in reports. */
  readonly name: string;
  /** Its bytes, in pieces of any size; each may be used again when the next one is asked for. */
  read(): AsyncIterable<Uint8Array>;
}

/** Where the files of a log come from, in their order; called again for every pass. */
export type AuditSource = () => AsyncIterable<AuditFile>;

const pieceBytes = 256 * 1024;

/** The files of a log in a folder. Those of other names are nobody's. @throws SignError `ERR_NOT_FOUND`, `ERR_STORE` */
export function folderSource(folder: string): AuditSource {
  return async function* files() {
    const names = await nodeFiles().readdir(folder).catch(absent).catch(unreadable(folder));
    const found = (names ?? []).filter((name) => fileNumber(name) !== undefined);
    if (found.length === 0) throw new SignError('ERR_NOT_FOUND', `there is no audit log in ${sanitizeText(folder, 400)}`);
    found.sort((a, b) => (fileNumber(a) as number) - (fileNumber(b) as number));
    for (const name of found) yield { name, read: () => readFile(join(folder, name)) };
  };
}

async function* readFile(path: string): AsyncIterable<Uint8Array> {
  const { O_RDONLY, O_NOFOLLOW = 0 } = nodeFiles().constants;
  const file = await nodeFiles()
    .open(path, O_RDONLY | O_NOFOLLOW)
    .catch(unreadable(path));
  try {
    // What outlives a piece is copied by whoever takes lines out of it.
    const piece = Buffer.allocUnsafeSlow(pieceBytes);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, pieceBytes);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

const unreadable =
  (path: string) =>
  (cause: unknown): never => {
    throw new SignError('ERR_STORE', `the audit log cannot be read: ${sanitizeText(path, 400)}`, { cause });
  };

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function auditSource(from: string | AuditSource): AuditSource {
  if (typeof from === 'function') return from;
  if (typeof from !== 'string' || from === '')
    invalidArgument('an audit log is read from the path of its folder, or from a source');
  return folderSource(from);
}

/** A line without its line feed, and where it stands. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Until the next one is read. Over the longest line: only that much of it. */
  readonly bytes: Uint8Array;
  /** `false`: the file ends in it. */
  readonly ended: boolean;
}

/** Lines of a file, some at a time. Of a line that is too long, no more is kept than proves it. */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Line[], void, void> {
  let number = 0;
  let rest: Uint8Array = new Uint8Array();
  const line = (bytes: Uint8Array, ended: boolean): Line => ({
    number: ++number,
    bytes: rest.byteLength === 0 ? bytes : Buffer.concat([rest, bytes]).subarray(0, maxLineBytes + 1),
    ended,
  });
  for await (const piece of pieces) {
    const lines: Line[] = [];
    let at = 0;
    for (let end = piece.indexOf(0x0a); end >= 0; end = piece.indexOf(0x0a, at)) {
      lines.push(line(piece.subarray(at, end), true));
      rest = new Uint8Array();
      at = end + 1;
    }
    rest = Buffer.concat([rest, piece.subarray(at)]).subarray(0, maxLineBytes + 1);
    yield lines;
  }
  if (rest.byteLength > 0) {
    const bytes = rest;
    rest = new Uint8Array();
    yield [line(bytes, false)];
  }
}
