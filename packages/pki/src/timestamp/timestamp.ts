import type { TimestampHash } from '@securosys/core';
import type { Certificate } from '../certificate.js';

/** What a timestamp token says (RFC 3161 §2.4.2), before or after somebody checked it. */
export interface Timestamp {
  /** Milliseconds since 1970. */
  readonly genTime: number;
  /** Milliseconds around `genTime` within which the time lies (`notation.md` §9.2 step 9). */
  readonly accuracyMs: number;
  /** Dotted object identifier of the authority's policy. */
  readonly policy: string;
  /** Lower-case hex. */
  readonly serial: string;
  readonly hash: TimestampHash;
  /** The hash that the token is about. */
  readonly imprint: Uint8Array;
}

/** A timestamp whose signature, imprint and chain were verified. */
export interface VerifiedTimestamp extends Timestamp {
  /** Of the authority, leaf first, root (a given anchor) last. */
  readonly chain: readonly [Certificate, ...Certificate[]];
}

/** What a token is held against. */
export interface VerifyTimestampOptions {
  /** The bytes that the token must be about: a signature as it stands in its envelope. */
  message: Uint8Array;
  /** Self-signed roots of trusted authorities. */
  anchors: readonly Certificate[];
  /** Milliseconds at which the authority's chain must be valid. Default: the token's own `genTime`, as verifiers do (§9.2 step 5). */
  at?: number;
  /** Accepts tokens in BER, as the Notation programs do; see `ParseTimestampOptions`. Default `false`. */
  allowBer?: boolean;
}
