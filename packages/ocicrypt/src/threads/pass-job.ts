import type { SignErrorCode } from '@securosys/core';
import type { RingMemory } from './ring.js';

/**
 * What a stage does, in this order. `plain` and `cipher` are digests of what a slot holds then. `read` and `crypt` are for the first stage. `unpack` takes
 * what was handed on, and works while the others do. `write` has a stage of its own, which mostly waits for the disk.
 */
export type StageStep = 'read' | 'plain' | 'cipher' | 'mac' | 'crypt' | 'unpack' | 'write';

/** What one thread does in one pass. */
export interface StageJob {
  readonly ring: RingMemory;
  readonly stage: number;
  readonly steps: readonly StageStep[];
  /** All stages but the first: they look at what that one left, and it uses a slot again when they are through with it. */
  readonly others: readonly number[];
  /** Bytes of the layer. */
  readonly size: number;
  /** Open files, which are those of the whole process. */
  readonly source: number;
  readonly target: number;
  /** The target, for writes past the system's memory; `undefined` where there are none. */
  readonly direct: number | undefined;
  /** Key (32 bytes) and nonce (16 bytes), in memory that whoever started the pass overwrites when it is over (S39). */
  readonly secret: SharedArrayBuffer;
  readonly unpacked?: { readonly diffId: string; readonly compression: 'gzip' | 'zstd' | 'none'; readonly maxBytes: number };
}

/** What a thread says at the end of a pass. */
export type StageAnswer =
  | {
      readonly kind: 'done';
      readonly plainDigest?: string;
      readonly cipherDigest?: string;
      /** HMAC-SHA256, 32 bytes. */
      readonly mac?: Uint8Array;
      /** The layer does not unpack to its `diff_id`: to be said when it is what was encrypted. */
      readonly unpackFailure?: StageFailure;
    }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly failure: StageFailure };

/** An error on its way between threads. */
export interface StageFailure {
  readonly message: string;
  /** Of a `SignError`. */
  readonly code?: SignErrorCode;
  readonly check?: string;
  /** Of an error of the file system, such as `ENOSPC`. */
  readonly errno?: string;
}

/** Bytes that were written so far; comes before the answer. */
export interface StageProgress {
  readonly kind: 'progress';
  readonly bytes: number;
}
