import { knownOptions, SignError } from '@securosys/core';
import { decodeLine } from './line.js';
import type { AuditRecord } from './record.js';
import { type AuditSource, auditSource, linesOf } from './source.js';

/** Which records are wanted: those that meet all of these. */
export interface ReadAuditLogOptions {
  /** For example `['intent', 'outcome']`. */
  kinds?: readonly string[];
  /** Not before, milliseconds since 1970, by the records' own times. */
  since?: number;
  /** Before, milliseconds since 1970. */
  until?: number;
  /** SHA-256 of the key's SubjectPublicKeyInfo, hex. */
  spkiSha256?: string;
  requestId?: string;
  /** Text that the line holds as it is written, for example a digest or a repository. */
  text?: string;
  signal?: AbortSignal;
}

/** A record and where it stands. */
export interface ReadRecord extends AuditRecord {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/**
 * Records of a log in their order. Each line is decoded strictly and has to have its own hash; whether the log is whole, only
 * {@link verifyAuditLog} says. A last line without an end is left out.
 *
 * @param from the path of the log's folder, or where its files come from
 * @throws SignError `ERR_NOT_FOUND`, `ERR_STORE`, `ERR_MALFORMED` with `details.file` and `details.line`; `signal.reason`
 */
export async function* readAuditLog(
  from: string | AuditSource,
  options: ReadAuditLogOptions = {},
): AsyncGenerator<ReadRecord, void, void> {
  knownOptions('readAuditLog', options, ['kinds', 'since', 'until', 'spkiSha256', 'requestId', 'text', 'signal']);
  const { text, signal } = options;
  for await (const file of auditSource(from)())
    for await (const lines of linesOf(file.read())) {
      signal?.throwIfAborted();
      for (const { bytes, ended, number } of lines) {
        if (!ended || (text !== undefined && !Buffer.from(bytes).includes(text))) continue;
        const record = decodedAt(bytes, file.name, number);
        if (isWanted(record, options)) yield { ...record, file: file.name, line: number };
      }
    }
}

function decodedAt(bytes: Uint8Array, file: string, line: number): AuditRecord {
  try {
    return decodeLine(bytes);
  } catch (cause) {
    throw new SignError('ERR_MALFORMED', `line ${line} of ${file} is not a record as it was written`, {
      cause,
      details: { file, line },
    });
  }
}

function isWanted(
  { kind, at, members }: AuditRecord,
  { kinds, since, until, spkiSha256, requestId }: ReadAuditLogOptions,
): boolean {
  if (kinds && !kinds.includes(kind)) return false;
  if ((since !== undefined || until !== undefined) && !(Date.parse(at) >= (since ?? 0) && Date.parse(at) < (until ?? Infinity)))
    return false;
  if (requestId !== undefined && members.requestId !== requestId) return false;
  if (spkiSha256 === undefined) return true;
  const { key } = members;
  return typeof key === 'object' && key !== null && !Array.isArray(key) && key.spkiSha256 === spkiSha256;
}
