import { SignError } from './errors.js';

/** The longest time of a timer, in milliseconds: more than that is as good as no limit. */
const longestTimerMs = 2 ** 31 - 1;

/** How long work may take, and who else may end it. */
export interface TimeLimit {
  /** Milliseconds of real time. */
  readonly ms: number;
  /** Message of the error when the time is over: one sentence for people. */
  readonly message: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs work that has to be over in time, also when it does not look at its signal: what comes of it afterwards is dropped.
 * @throws SignError `ERR_TIMEOUT`; the reason of `signal` when that aborts first; what the work throws
 */
export async function withTimeLimit<T>(
  { ms, message, signal: outer }: TimeLimit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const signal = outer ? AbortSignal.any([outer, late.signal]) : late.signal;
  const timer = setTimeout(() => late.abort(new SignError('ERR_TIMEOUT', message)), Math.min(ms, longestTimerMs));
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
