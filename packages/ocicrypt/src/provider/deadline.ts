import { SignError } from '@securosys/core';

/** What a call may take beyond the wait for people: a last look, and closing. */
const graceMs = 2_000;

/**
 * Ends work that nobody else would end: callers have no deadline, and leave providers behind when they are killed (`ocicrypt.md` §7.2).
 * @param timeoutMs what the wait for people may take; the rest gets a little more
 * @throws SignError `ERR_TIMEOUT`; the reason of `outer` when that aborts first
 */
export async function withDeadline<T>(
  timeoutMs: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const signal = outer ? AbortSignal.any([outer, late.signal]) : late.signal;
  const timer = setTimeout(
    () => late.abort(new SignError('ERR_TIMEOUT', `the key provider gave up after ${timeoutMs} ms`)),
    timeoutMs + graceMs,
  );
  // A backend that does not look at its signal must not hold the answer back.
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([work(signal), aborted]);
  } finally {
    clearTimeout(timer);
  }
}
