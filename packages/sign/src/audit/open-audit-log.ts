import {
  type Clock,
  type Guard,
  invalidArgument,
  type KeyIntent,
  knownOptions,
  SignError,
  type Signer,
  systemClock,
  type WaitOptions,
} from '@securosys/core';
import type { AuditCheckpoint } from './checkpoint.js';
import { hashOf } from './each-line.js';
import { groupCommit } from './group-commit.js';
import { type AuditContext, auditGuard } from './guard.js';
import { encodeMembers } from './line.js';
import { type AuditLogOptions, checkedHead, writerOf } from './log-options.js';
import { type AuditEntry, type AuditHead, type AuditReceipt, kindPattern, ownKinds, ownMembers } from './record.js';
import { signCheckpoint } from './sign-checkpoint.js';
import { folderSource } from './source.js';

/** How long to wait for people, and which head to sign. */
export interface CheckpointOptions extends WaitOptions {
  /** As `details.head` of an `ERR_APPROVAL_PENDING` names it, to take up its request; default: the last record. */
  head?: AuditHead;
}

/** An append-only log of hash-chained records. */
export interface AuditLog {
  /**
   * Writes one record. When the promise resolves it is durable: in the file and synced, or taken by the sink.
   * @throws SignError `ERR_STORE` when it could not be made durable, or too much is held already, `ERR_LIMIT` when it is over 64 KiB, `ERR_INVALID_ARGUMENT`
   */
  append(entry: AuditEntry): Promise<AuditReceipt>;
  /**
   * A guard for signers and keys that decrypt, which writes down every use of a key: an `intent` before the backend is asked, without which the key is not used; an
   * `outcome` after it, and for every try that another guard refused; and `published` when signatures were put where others find them.
   */
  guard(context?: AuditContext): Guard<KeyIntent>;
  /**
   * Signs the head of the log and writes the checkpoint down in it. Keep what is given back where who can write the log cannot: of a log
   * that was cut behind an older checkpoint, only this one says so.
   * @throws SignError `ERR_NOT_FOUND` for a log without any record, `ERR_INVALID_ARGUMENT` for a head of another log, `ERR_APPROVAL_PENDING` with `details.head` when people decide, `ERR_STORE`,
   * and those of the signer
   */
  checkpoint(signer: Signer, options?: CheckpointOptions): Promise<AuditCheckpoint>;
  /** The last record, by whomever it was written; `undefined` for a log without any. @throws SignError `ERR_STORE` */
  head(): Promise<AuditHead | undefined>;
  /** Waits for what is being written, and takes nothing more. Between writes no file is open: a process may end without it. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens an audit log. Nothing is read or written before it is used.
 *
 * @throws SignError `ERR_INVALID_ARGUMENT`
 * @example
 * ```ts
 * import { createSigner, type KeyBackend } from '@securosys/sign';
 * import { openAuditLog } from '@securosys/sign/audit';
 * declare const backend: KeyBackend;
 * const log = openAuditLog({ folder: './audit' });
 * try {
 *   const signer = createSigner(backend, { label: 'release' }, { guards: [log.guard({ requester: 'release job' })] });
 *   await signer.describe();
 * } finally {
 *   await log.close();
 * }
 * ```
 */
export function openAuditLog(options: AuditLogOptions): AuditLog {
  knownOptions('openAuditLog', options, ['folder', 'sink', 'after', 'maxFileBytes', 'maxHeldBytes', 'clock']);
  const { clock = systemClock } = options;
  const now = timeText(clock);
  const { writer, maxHeldBytes } = writerOf(options, now);
  const commits = groupCommit(writer, maxHeldBytes);
  let closed = false;

  async function append(entry: AuditEntry): Promise<AuditReceipt> {
    if (closed) throw new SignError('ERR_STORE', 'the audit log was closed');
    return commits.append({ ...checkedEntry(entry), at: now() });
  }

  async function head(): Promise<AuditHead | undefined> {
    await commits.idle();
    return writer.head();
  }

  async function checkpoint(signer: Signer, { head: asked, ...wait }: CheckpointOptions = {}): Promise<AuditCheckpoint> {
    const last = await head();
    const covered = asked ? checkedHead(asked) : last;
    if (!covered || !last) throw new SignError('ERR_NOT_FOUND', 'the audit log has no record to confirm');
    await assertOurs(covered, last, options.folder, wait.signal);
    const signed = await signCheckpoint(covered, signer, wait);
    const members = encodeMembers({ kind: 'checkpoint', checkpoint: { ...signed } });
    await commits.append({ kind: 'checkpoint', members, at: now() });
    return signed;
  }

  async function close(): Promise<void> {
    closed = true;
    await commits.idle();
  }

  return {
    append,
    guard: (context) => auditGuard(append, context),
    checkpoint,
    head,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** RFC 3339 with milliseconds; thousands of records share one. */
function timeText(clock: Clock): () => string {
  let [last, text] = [Number.NaN, ''];
  return () => {
    const ms = Math.floor(clock.now());
    if (ms !== last) [last, text] = [ms, new Date(ms).toISOString()];
    return text;
  };
}

/**
 * Demands that a head is one of this log: a checkpoint of anything else would vouch for what was never written, and break the log that it
 * stands in. Of a log without a folder, the records before the last one are not here to be compared.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
async function assertOurs({ log, seq, hash }: AuditHead, last: AuditHead, folder?: string, signal?: AbortSignal): Promise<void> {
  const isKnown = log === last.log && seq <= last.seq;
  const there =
    !isKnown || seq === last.seq || folder === undefined ? last.hash : await hashOf(folderSource(folder), seq, signal);
  if (!isKnown || (there !== hash && (folder !== undefined || seq === last.seq)))
    invalidArgument(`the head to be confirmed, record ${seq}, is none of this log`);
}

function checkedEntry(entry: AuditEntry) {
  const { kind } = entry ?? {};
  if (typeof kind !== 'string' || !kindPattern.test(kind)) invalidArgument('a record of the audit log needs a kind');
  if (ownKinds.has(kind)) invalidArgument(`records of the kind '${kind}' are written by the audit log alone`);
  for (const name of Object.keys(entry))
    if (name !== 'kind' && ownMembers.has(name)) invalidArgument(`'${name}' of a record is written by the audit log alone`);
  return { kind, members: encodeMembers(entry) };
}
