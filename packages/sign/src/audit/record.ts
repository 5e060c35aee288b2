import type { JsonObject, JsonValue } from '@securosys/core';

/** Version of the record format, in the first record of each file. */
export const auditVersion = 1;

/** Longest line, its line feed included; a record that needs more is `ERR_LIMIT`. */
export const maxLineBytes = 64 * 1024;

/** A place in a log: everything up to and with the record of this number, which has this hash. */
export interface AuditHead {
  /** Id of the log, 32 lower-case hex characters, made at random with it. */
  readonly log: string;
  /** Number of the record, from 0. */
  readonly seq: number;
  /** Its hash, 64 lower-case hex characters. */
  readonly hash: string;
}

/** What somebody asks to be recorded. */
export interface AuditEntry {
  /**
   * What kind of event this is: a letter, then up to 39 letters, digits and `-`. `file`, `checkpoint` and `repaired` are the log's own.
   * Those of a guard are `intent`, `outcome` and `published`.
   */
  readonly kind: string;
  /** Further members by name; `undefined` ones are left out. Whoever writes them vouches that they hold no secret. */
  readonly [member: string]: JsonValue | undefined;
}

/** One line of a log. */
export interface AuditRecord extends AuditHead {
  /** Hash of the record before, 64 lower-case hex characters; of the very first record 64 zeros. */
  readonly prev: string;
  /** When it was written by the writer's own clock, RFC 3339 with milliseconds. */
  readonly at: string;
  readonly kind: string;
  /** Every other member. */
  readonly members: JsonObject;
}

/** Where a record went. It is durable by the time anybody holds one of these. */
export interface AuditReceipt extends AuditHead {
  /** Name of the file in the folder; absent in a log without a folder. */
  readonly file?: string;
}

/** Kinds that only the log itself writes. */
export const ownKinds: ReadonlySet<string> = new Set(['file', 'checkpoint', 'repaired']);
/** Members that every record has, written by the log. */
export const ownMembers: ReadonlySet<string> = new Set(['seq', 'log', 'prev', 'at', 'kind', 'hash']);

export const kindPattern = /^[A-Za-z][A-Za-z0-9-]{0,39}$/;
export const logPattern = /^[0-9a-f]{32}$/;
export const hashPattern = /^[0-9a-f]{64}$/;
/** What stands for the hash before the first record. */
export const noHash = '0'.repeat(64);
