import { SignError } from '@securosys/core';

/**
 * Runs something under a deadline and the caller's signal, and stops waiting for it even when it ignores both.
 * @throws SignError `ERR_TIMEOUT` after `timeoutMs` milliseconds; `signal.reason`, unchanged, when aborted
 */
export async function withDeadline<T>(
  run: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  signal?.throwIfAborted();
  const own = new AbortController();
  const stop = () => own.abort(signal?.reason);
  const timer = setTimeout(() => own.abort(new SignError('ERR_TIMEOUT', `no answer within ${timeoutMs} ms`)), timeoutMs);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const stopped = new Promise<never>((_, reject) => {
      own.signal.addEventListener('abort', () => reject(own.signal.reason), { once: true });
    });
    return await Promise.race([run(own.signal), stopped]);
  } catch (error) {
    throw own.signal.aborted ? own.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}
