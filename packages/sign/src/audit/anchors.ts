import { isJsonObject, type JsonValue, SignError } from '@securosys/core';
import type { AuditProblemKind, ChainRecord } from './chain.js';
import { type AuditCheckpoint, type CheckpointCheck, readCheckpoint } from './checkpoint.js';
import type { AuditHead } from './record.js';

/** How many hashes are remembered: a checkpoint is signed in less time than so many records take. */
const remembered = 65_536;

/** What vouches for a log up to a record. */
export interface AuditAnchor {
  readonly seq: number;
  /** `checkpoint`: a signature of a pinned key; `expected-head`: the caller knew. */
  readonly by: 'checkpoint' | 'expected-head';
  /** Of the key, hex. */
  readonly spkiSha256?: string;
}

/** What an anchor has against a log. */
export interface AnchorProblem {
  readonly kind: AuditProblemKind;
  readonly message: string;
}

/** Compares a chain with what is known of it from elsewhere. */
export interface Anchors {
  /** The last one that covers what was read. */
  readonly latest: AuditAnchor | undefined;
  /** The last checkpoint that covers a record of which the hash was not remembered any more. */
  readonly distant: AuditCheckpoint | undefined;
  take(record: ChainRecord): AnchorProblem | undefined;
  /** What is expected of records that did not come. */
  end(head: AuditHead | undefined): AnchorProblem | undefined;
  confirm(anchor: AuditAnchor): void;
}

type Expected = AuditHead & { readonly anchor: AuditAnchor };

/** @param known checkpoints that were kept elsewhere, checked already, and a head that the caller knows */
export function compareAnchors(known: readonly Expected[], check: CheckpointCheck): Anchors {
  const expected = [...known].sort((a, b) => a.seq - b.seq);
  const ring = new Uint8Array(remembered * 32);
  const hashes = Buffer.from(ring.buffer);
  let next = 0;
  let first: number | undefined;
  let latest: AuditAnchor | undefined;
  let distant: AuditCheckpoint | undefined;
  const rewritten = (message: string): AnchorProblem => ({ kind: 'rewritten', message });
  const confirm = (anchor: AuditAnchor) => {
    if (anchor.seq > (latest?.seq ?? -1)) latest = anchor;
  };

  function takeCheckpoint({ members, seq, log }: ChainRecord): AnchorProblem | undefined {
    const checkpoint = checkpointOf(members.checkpoint);
    const said = checkpoint ? check(checkpoint) : 'bad';
    if (said === 'unknown-key') return undefined;
    if (!checkpoint || said === 'bad') return rewritten('the checkpoint was not signed by the key that it names');
    if (checkpoint.log !== log || checkpoint.seq >= seq) return rewritten('the checkpoint is one of another log');
    if (checkpoint.seq < (first ?? seq)) return undefined;
    if (checkpoint.seq <= seq - remembered) {
      if (checkpoint.seq > (distant?.seq ?? -1)) distant = checkpoint;
      return undefined;
    }
    const at = (checkpoint.seq % remembered) * 32;
    if (hashes.toString('hex', at, at + 32) !== checkpoint.hash)
      return rewritten(`the records up to ${checkpoint.seq} are not those that the checkpoint was signed for`);
    confirm({ seq: checkpoint.seq, by: 'checkpoint', spkiSha256: checkpoint.spkiSha256 });
    return undefined;
  }

  return {
    get latest() {
      return latest;
    },
    get distant() {
      return distant;
    },
    confirm,
    take(record) {
      first ??= record.seq;
      hashes.write(record.hash, (record.seq % remembered) * 32, 'hex');
      for (let one = expected[next]; one && one.seq <= record.seq; one = expected[++next]) {
        if (one.log !== record.log) return { kind: 'foreign', message: 'this is not the log that the anchor belongs to' };
        // What lies before the first record that was read cannot be compared.
        if (one.seq < record.seq) continue;
        if (one.hash !== record.hash) return rewritten(`record ${one.seq} is not the one that the anchor covers`);
        confirm(one.anchor);
      }
      return record.members.kind === 'checkpoint' ? takeCheckpoint(record) : undefined;
    },
    end(head) {
      const one = expected[next];
      if (!one) return undefined;
      if (head && one.log !== head.log) return { kind: 'foreign', message: 'this is not the log that the anchor belongs to' };
      const reached = head ? `the log ends with record ${head.seq}` : 'the log has no record';
      return { kind: 'truncated', message: `${reached}, and an anchor covers record ${expected.at(-1)?.seq}` };
    },
  };
}

function checkpointOf(value: JsonValue | undefined): AuditCheckpoint | undefined {
  if (!isJsonObject(value)) return undefined;
  try {
    return readCheckpoint(value);
  } catch (error) {
    if (SignError.is(error, 'ERR_MALFORMED')) return undefined;
    throw error;
  }
}
