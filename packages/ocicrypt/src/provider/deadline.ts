import { withTimeLimit } from '@securosys/core';

/** What a call may take beyond the wait for people: a last look, and closing. */
const graceMs = 2_000;

/**
 * Ends work that nobody else would end: callers have no deadline, and leave providers behind when they are killed (`ocicrypt.md` §7.2).
 * @param timeoutMs what the wait for people may take; the rest gets a little more
 * @throws SignError `ERR_TIMEOUT`; the reason of `signal` when that aborts first
 */
export function withDeadline<T>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withTimeLimit({ ms: timeoutMs + graceMs, message: `the key provider gave up after ${timeoutMs} ms`, signal }, work);
}
