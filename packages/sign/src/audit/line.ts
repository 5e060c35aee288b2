import { type JsonObject, nodeCrypto, parseJsonObject, SignError, sha256Hex } from '@securosys/core';
import { membersText } from './json.js';
import { type AuditEntry, type AuditRecord, kindPattern, maxLineBytes } from './record.js';

/** Where a line stands in its chain. */
export interface Place {
  readonly seq: number;
  readonly log: string;
  readonly prev: string;
  readonly at: string;
}

const beforeHash = ',"hash":"';
/** `,"hash":"`, 64 hex characters, `"}`. */
const endLength = beforeHash.length + 64 + 2;
const endOfLine = /^,"hash":"([0-9a-f]{64})"\}$/;
/** How every line of ours starts: nothing that strict JSON reads differently can stand there. */
const startOfLine = /^\{"seq":(0|[1-9]\d{0,15}),"log":"([0-9a-f]{32})","prev":"([0-9a-f]{64})","at":"/;
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

/** Longest beginning and end of a line together: number, log, both hashes, time, kind, and their names. */
export const lineOverhead = 400;

/**
 * Members of an entry as the inside of a JSON object, in code-unit order, starting with a comma when there are any.
 * @throws SignError `ERR_LIMIT`, `ERR_INVALID_ARGUMENT`
 */
export function encodeMembers(entry: AuditEntry): string {
  const text = membersText(entry, 'kind');
  if (Buffer.byteLength(text) > maxLineBytes - lineOverhead)
    throw new SignError('ERR_LIMIT', `a record of the audit log is over ${maxLineBytes} bytes`);
  return text === '' ? '' : `,${text}`;
}

/**
 * Writes one line, with its line feed, into `into` from `at` on. Its hash is the SHA-256 of everything before `,"hash":"`: number, log, hash
 * of the record before, time, kind, then the other members as canonical JSON.
 * @returns where the line ends, and its hash
 */
export function writeLine(
  into: Buffer,
  start: number,
  { seq, log, prev, at }: Place,
  { kind, members }: { readonly kind: string; readonly members: string },
): { readonly end: number; readonly hash: string } {
  let end = start;
  // All but the members is ASCII.
  end += into.write(`{"seq":${seq},"log":"${log}","prev":"${prev}","at":"${at}","kind":"${kind}"`, end, 'latin1');
  end += into.write(members, end);
  const hash = nodeCrypto().hash('sha256', into.subarray(start, end), 'hex');
  end += into.write(`${beforeHash}${hash}"}\n`, end, 'latin1');
  return { end, hash };
}

/** What the outside of a line says. */
export interface Envelope extends Omit<Place, 'at'> {
  readonly hash: string;
}

/** `undefined` when it is no line of any log. Whether it tells the truth, {@link coveredHash} knows. */
export function readEnvelope(line: Uint8Array): Envelope | undefined {
  const start = startOfLine.exec(latin1(line.subarray(0, 160)));
  const end = endOfLine.exec(latin1(line.subarray(Math.max(0, line.byteLength - endLength))));
  if (!start || !end || line.byteLength > maxLineBytes) return undefined;
  const [, seq = '', log = '', prev = ''] = start;
  return { seq: Number(seq), log, prev, hash: end[1] as string };
}

/** The hash that a line must have. */
export const coveredHash = (line: Uint8Array): string => sha256Hex(line.subarray(0, Math.max(0, line.byteLength - endLength)));

/**
 * All members of a line of which the outside was read, decoded strictly.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function readMembers(line: Uint8Array, { seq, hash }: Envelope): JsonObject & Pick<AuditRecord, 'at' | 'kind'> {
  const json = parseJsonObject(line, { what: 'audit record', maxBytes: maxLineBytes });
  const { at, kind } = json;
  const sound = typeof at === 'string' && typeof kind === 'string' && kindPattern.test(kind);
  // What stands at the ends of a line are those members of the outermost object, and not text inside another one.
  if (!sound || json.seq !== seq || json.hash !== hash)
    throw new SignError('ERR_MALFORMED', 'a record of the audit log lacks a member that every record has');
  return json as JsonObject & Pick<AuditRecord, 'at' | 'kind'>;
}

/**
 * A line, decoded strictly and with its hash compared. It proves nothing about the lines before it.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function decodeLine(line: Uint8Array): AuditRecord {
  const envelope = readEnvelope(line);
  if (!envelope || coveredHash(line) !== envelope.hash)
    throw new SignError('ERR_MALFORMED', 'a line of the audit log is not a record, or not the one that was written');
  const { seq: _, log: __, prev: ___, hash: ____, at, kind, ...members } = readMembers(line, envelope);
  return { ...envelope, at, kind, members: members as JsonObject };
}
