import { type JsonObject, SignError } from '@securosys/core';
import { coveredHash, type Envelope, readEnvelope, readMembers } from './line.js';
import { type AuditHead, auditVersion, noHash } from './record.js';
import type { Line } from './source.js';

/**
 * How a log differs from what was written: a line that was changed (`edited`), that is gone (`removed`), stands elsewhere (`reordered`), or a
 * second time (`duplicated`); one of another log or of none (`foreign`); records that an anchor covers and that are gone from the end
 * (`truncated`); a chain that holds in itself and is not the one that an anchor covers (`rewritten`).
 */
export type AuditProblemKind = 'edited' | 'removed' | 'reordered' | 'duplicated' | 'foreign' | 'truncated' | 'rewritten';

/** Where a log is broken first. */
export interface AuditProblem {
  readonly kind: AuditProblemKind;
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** One sentence for people. */
  readonly message: string;
}

/** A line's place. */
export interface LinePlace {
  readonly file: string;
  readonly line: number;
}

/** A record that holds: where it stands, and all its members. */
export interface ChainRecord extends AuditHead {
  readonly members: JsonObject;
}

/** What a line turned out to be; `gap`: records before it are missing, or stand behind it. */
export type Taken = { readonly record: ChainRecord } | { readonly problem: AuditProblem } | { readonly gap: LinePlace };

/** Follows a chain from line to line. */
export interface Chain {
  /** The last record that holds. */
  readonly head: AuditHead | undefined;
  take(line: Line, file: string): Taken;
  /** Whether a line is the record that comes next. */
  isNext(line: Line): boolean;
}

const looksLikeOurs = (bytes: Uint8Array) => Buffer.from(bytes.subarray(0, 7)).toString('latin1') === '{"seq":';

/** A chain that starts behind `after`, or with the first record of a log. */
export function followChain(after?: AuditHead): Chain {
  let head = after;
  let last: LinePlace | undefined;

  function take({ bytes, number }: Line, file: string): Taken {
    const place = { file, line: number };
    const problem = (kind: AuditProblemKind, message: string, at: LinePlace = place): Taken => ({
      problem: { kind, ...at, message },
    });
    const envelope = readEnvelope(bytes);
    if (!envelope)
      return looksLikeOurs(bytes)
        ? problem('edited', 'the line is not as it was written')
        : problem('foreign', 'the line is no record of an audit log');
    if (coveredHash(bytes) !== envelope.hash)
      return problem('edited', 'the record does not have the hash that it was written with');
    if (head && envelope.log !== head.log) return problem('foreign', 'the record belongs to another log');
    const next = head ? head.seq + 1 : 0;
    if (envelope.seq < next) return problem('duplicated', `record ${envelope.seq} stands in the log a second time`);
    if (envelope.seq > next) return { gap: place };
    if (envelope.prev !== (head?.hash ?? noHash))
      return problem(
        'edited',
        'the next record was written after another one: this line was changed and hashed anew',
        last ?? place,
      );
    const members = decoded(bytes, envelope);
    if (!members) return problem('foreign', 'the record is not strict JSON with the members that every record has');
    if (members.kind === 'file' && members.version !== auditVersion)
      return problem('foreign', 'the file was written by a newer version');
    const { log, seq, hash } = envelope;
    head = { log, seq, hash };
    last = place;
    return { record: { log, seq, hash, members } };
  }

  return {
    get head() {
      return head;
    },
    take,
    isNext({ bytes }) {
      const envelope = readEnvelope(bytes);
      const next = head ? head.seq + 1 : 0;
      return envelope?.seq === next && (!head || envelope.log === head.log) && envelope.prev === (head?.hash ?? noHash);
    },
  };
}

function decoded(bytes: Uint8Array, envelope: Envelope): JsonObject | undefined {
  try {
    return readMembers(bytes, envelope);
  } catch (error) {
    if (SignError.is(error)) return undefined;
    throw error;
  }
}
