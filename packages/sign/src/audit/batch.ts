import { hexText, nodeCrypto } from '@securosys/core';
import { lineOverhead, writeLine } from './line.js';
import { type AuditHead, auditVersion, noHash } from './record.js';

/** An entry on its way: checked and encoded but for its place. */
export interface QueuedEntry {
  readonly kind: string;
  /** As {@link encodeMembers} gives them. */
  readonly members: string;
  /** RFC 3339. */
  readonly at: string;
}

/** Lines of one write, and where each one ends up. */
export interface Batch {
  /** With their line feeds. */
  readonly bytes: Uint8Array;
  readonly heads: readonly AuditHead[];
  /** The same as texts. */
  lines(): string[];
}

/** Writes entries down behind a head, the way they will stand in the log. Without a head they begin a log of their own. */
export function chainLines(head: AuditHead | undefined, entries: readonly QueuedEntry[]): Batch {
  const log = head?.log ?? hexText(nodeCrypto().randomBytes(16));
  let { seq, hash } = head ?? { seq: -1, hash: noHash };
  // One piece of memory instead of thousands of strings that are written once.
  const all = Buffer.allocUnsafeSlow(entries.reduce((sum, { members }) => sum + Buffer.byteLength(members) + lineOverhead, 0));
  const heads: AuditHead[] = [];
  let end = 0;
  for (const entry of entries) {
    ({ end, hash } = writeLine(all, end, { seq: ++seq, log, prev: hash, at: entry.at }, entry));
    heads.push({ log, seq, hash });
  }
  const bytes = all.subarray(0, end);
  return { bytes, heads, lines: () => bytes.toString('utf8').match(/[^\n]+\n/g) ?? [] };
}

/** The first record of a file: which one it is, and how it is written. */
export const fileEntry = (number: number, at: string): QueuedEntry => ({
  kind: 'file',
  members: `,"file":${number},"version":${auditVersion}`,
  at,
});
