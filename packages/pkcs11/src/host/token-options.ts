import type { Clock, Logger } from '@securosys/core';
import type { PinProvider } from '../pin/pin-provider.js';
import type { LibraryInfo, TokenCalls, TokenInfo } from '../token/token-calls.js';
import type { Subscribe } from './events.js';
import type { TokenMetrics } from './metrics.js';

/** What {@link openToken} needs. All of it was checked before: paths are absolute, numbers are in range. */
export interface OpenTokenOptions {
  /** Absolute path of the PKCS#11 library. */
  readonly module: string;
  /** Init string of the library (NSS); two different ones for the same file in one process are an error. */
  readonly libraryParameters?: string;
  /** Absolute path of the entry file of `pkcs11js`. */
  readonly pkcs11js: string;
  /**
   * Chooses among the initialised tokens. One as a rule; several are slots of one partition, which are used as one logical token. Throws
   * its own error where none or too many match.
   */
  readonly select: (tokens: readonly TokenInfo[], library: LibraryInfo) => readonly TokenInfo[];
  readonly pin: PinProvider;
  /** Lanes at most, 1–64; default `min(4, cores)`. */
  readonly lanes?: number;
  /** Lanes open read-only sessions; the anchor too. Default false. */
  readonly readOnly?: boolean;
  /** Requests that may wait for a lane; default 1,000, then `ERR_UNAVAILABLE` with `retryable`. */
  readonly maxQueue?: number;
  /** How long a lost token is looked for; default 60,000 ms. */
  readonly reconnectTimeoutMs?: number;
  /** How long one native call may take before its worker counts as stuck; default 60,000 ms (key generation five times that). */
  readonly operationTimeoutMs?: number;
  /** Finds a token that was lost while nobody used it; default 60,000 ms, 0 for never. */
  readonly keepAliveMs?: number;
  /** A lane that had nothing to do for so long is closed, but for one; default 60,000 ms. */
  readonly idleLaneMs?: number;
  readonly clock?: Clock;
  /** Numbers in [0, 1), for jitter. */
  readonly random?: () => number;
  readonly logger?: Logger;
}

/** How a token is let go. */
export interface CloseTokenOptions {
  /** Work that is not done after so many milliseconds is rejected, 0–86,400,000; default 10,000. */
  readonly drainMs?: number;
  /** Also `C_Finalize`, where this process initialised the module and nobody else uses it. Default false. */
  readonly finalize?: boolean;
}

/** An open token: the calls of the seam, what it tells, and its end. */
export interface Token extends TokenCalls {
  readonly library: LibraryInfo;
  readonly on: Subscribe;
  metrics(): TokenMetrics;
  /** Takes no more calls, waits for those that run, and closes its own sessions; it never closes those of others. */
  close(options?: CloseTokenOptions): Promise<void>;
}
