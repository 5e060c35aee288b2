import { hexText, nodeCrypto } from '@securosys/core';
import { encodeLine } from './line.js';
import { type AuditHead, auditVersion, noHash } from './record.js';

/** An entry on its way: checked and encoded but for its place. */
export interface QueuedEntry {
  readonly kind: string;
  /** As {@link encodeMembers} gives them. */
  readonly members: string;
  /** RFC 3339. */
  readonly at: string;
}

/** Lines of one write, with their line feeds, and where each one ends up. */
export interface Batch {
  readonly lines: readonly string[];
  readonly heads: readonly AuditHead[];
}

/** Writes entries down behind a head, the way they will stand in the log. Without a head they begin a log of their own. */
export function chainLines(head: AuditHead | undefined, entries: readonly QueuedEntry[]): Batch {
  const log = head?.log ?? hexText(nodeCrypto().randomBytes(16));
  let { seq, hash } = head ?? { seq: -1, hash: noHash };
  const lines: string[] = [];
  const heads: AuditHead[] = [];
  for (const { kind, members, at } of entries) {
    const line = encodeLine({ seq: ++seq, log, prev: hash, at }, kind, members);
    hash = line.hash;
    lines.push(`${line.text}\n`);
    heads.push({ log, seq, hash });
  }
  return { lines, heads };
}

/** The first record of a file: which one it is, and how it is written. */
export const fileEntry = (number: number, at: string): QueuedEntry => ({
  kind: 'file',
  members: `,"file":${number},"version":${auditVersion}`,
  at,
});

/** Bytes of lines. */
export const bytesOf = (lines: readonly string[]): Uint8Array => Buffer.from(lines.join(''));
