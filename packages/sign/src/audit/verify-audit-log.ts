import { knownOptions, SignError } from '@securosys/core';
import { type AuditAnchor, compareAnchors } from './anchors.js';
import { type AuditProblem, followChain, type LinePlace } from './chain.js';
import { type AuditCheckpoint, checkpointChecker } from './checkpoint.js';
import { eachLine, hashOf } from './each-line.js';
import { checkedHead } from './log-options.js';
import type { AuditHead } from './record.js';
import { type AuditSource, auditSource, type Line } from './source.js';

/** What a log is compared with. Without any of these it can be no more than consistent: whoever can write it can write all of it anew. */
export interface VerifyAuditLogOptions {
  /** Keys whose checkpoints count: SubjectPublicKeyInfo DER. */
  keys?: readonly Uint8Array[];
  /** Checkpoints that were kept elsewhere, by keys of `keys`. */
  checkpoints?: readonly AuditCheckpoint[];
  /** A head that is known to be one of this log: its records are all there, unchanged. */
  expectedHead?: AuditHead;
  /** The record before the first one that is there, when older files were taken away: from an earlier report. */
  after?: AuditHead;
  signal?: AbortSignal;
}

/** What there is to say about a log. */
export interface AuditReport {
  /**
   * `consistent`: the chain holds. `anchored`: it holds, and a checkpoint of a pinned key or an expected head covers it up to `anchor`.
   * `broken`: see `problem`.
   */
  readonly verdict: 'consistent' | 'anchored' | 'broken';
  /** How many records were read and hold. */
  readonly records: number;
  /** The last record that holds. */
  readonly head?: AuditHead;
  /** The last thing that vouches for the log. */
  readonly anchor?: AuditAnchor;
  /** Records after the anchor, for which nothing but the chain vouches; of a log without an anchor all of them. */
  readonly uncovered: number;
  /** A last line without an end: somebody is writing, or died writing. It was never durable, and the next writer cuts it. */
  readonly unfinished?: LinePlace & { readonly bytes: number };
  readonly problem?: AuditProblem;
}

/**
 * Verifies an audit log from its first to its last line, in memory that does not grow with it. Ends with the first line that does not fit.
 *
 * @param from the path of the log's folder, or where its files come from
 * @throws SignError `ERR_NOT_FOUND` when there is no log and nothing says there should be one, `ERR_STORE`, `ERR_INVALID_ARGUMENT`;
 * `ERR_NOT_TRUSTED` for a kept checkpoint that no pinned key has signed; `signal.reason`
 * @example
 * ```ts
 * import { type AuditCheckpoint, verifyAuditLog } from '@securosys/sign/audit';
 * declare const spki: Uint8Array;
 * declare const kept: AuditCheckpoint;
 * const report = await verifyAuditLog('./audit', { keys: [spki], checkpoints: [kept] });
 * if (report.verdict !== 'anchored') throw new Error(report.problem?.message ?? 'nothing vouches for this log');
 * ```
 */
export async function verifyAuditLog(from: string | AuditSource, options: VerifyAuditLogOptions = {}): Promise<AuditReport> {
  knownOptions('verifyAuditLog', options, ['keys', 'checkpoints', 'expectedHead', 'after', 'signal']);
  const { signal } = options;
  const source = auditSource(from);
  const after = options.after && checkedHead(options.after);
  const check = await checkpointChecker(options.keys ?? []);
  const known = expectedOf(options, check);
  const anchors = compareAnchors(known, check);
  const chain = followChain(after);
  let records = 0;
  let last: LinePlace | undefined;
  let unfinished: AuditReport['unfinished'];
  let gap: LinePlace | undefined;
  let problem: AuditProblem | undefined;

  /** Takes one line; `true`: there is no need to read on. */
  function take(line: Line, file: string): boolean {
    // Whether what is missing was moved or taken away, the rest of the log tells.
    if (gap) {
      if (line.ended && chain.isNext(line)) problem = missing(gap, 'reordered');
      return problem !== undefined;
    }
    if (unfinished) {
      problem = {
        kind: 'edited',
        file: unfinished.file,
        line: unfinished.line,
        message: 'the line has no end, and others follow',
      };
      return true;
    }
    if (!line.ended) {
      unfinished = { file, line: line.number, bytes: line.bytes.byteLength };
      return false;
    }
    const taken = chain.take(line, file);
    if ('gap' in taken) gap = taken.gap;
    else if ('problem' in taken) problem = taken.problem;
    else {
      records++;
      last = { file, line: line.number };
      const anchored = anchors.take(taken.record);
      if (anchored) problem = { ...anchored, ...last };
    }
    return problem !== undefined;
  }

  const missing = (place: LinePlace, kind: 'removed' | 'reordered'): AuditProblem => ({
    kind,
    ...place,
    message: `record ${(chain.head?.seq ?? -1) + 1} ${kind === 'removed' ? 'is not in the log' : 'stands elsewhere in the log'}`,
  });

  await eachLine(source, take, known.length > 0, signal);
  if (gap && !problem) problem = missing(gap, 'removed');
  const { distant } = anchors;
  if (!problem && distant && distant.seq > (anchors.latest?.seq ?? -1)) {
    const found = await hashOf(source, distant.seq, signal);
    if (found === distant.hash) anchors.confirm({ seq: distant.seq, by: 'checkpoint', spkiSha256: distant.spkiSha256 });
    else problem = { kind: 'rewritten', message: `record ${distant.seq} is not the one that a checkpoint was signed for` };
  }
  const short = problem ? undefined : anchors.end(chain.head);
  if (short) problem = { ...short, ...last };
  const anchor = anchors.latest;
  const head = records > 0 ? chain.head : undefined;
  return {
    verdict: problem ? 'broken' : anchor ? 'anchored' : 'consistent',
    records,
    ...(head && { head }),
    ...(anchor && { anchor }),
    uncovered: head && anchor ? head.seq - anchor.seq : records,
    ...(unfinished && { unfinished }),
    ...(problem && { problem }),
  };
}

type Check = Awaited<ReturnType<typeof checkpointChecker>>;

function expectedOf({ checkpoints = [], expectedHead }: VerifyAuditLogOptions, check: Check) {
  const kept = checkpoints.map((checkpoint) => {
    if (check(checkpoint) !== 'good')
      throw new SignError('ERR_NOT_TRUSTED', `no pinned key has signed the checkpoint of record ${Number(checkpoint.seq)}`);
    const { seq, spkiSha256 } = checkpoint;
    return { ...checkedHead(checkpoint), anchor: { seq, by: 'checkpoint' as const, spkiSha256 } };
  });
  const head = expectedHead && checkedHead(expectedHead);
  return [...kept, ...(head ? [{ ...head, anchor: { seq: head.seq, by: 'expected-head' as const } }] : [])];
}
