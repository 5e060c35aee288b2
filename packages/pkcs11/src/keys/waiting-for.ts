import { type CallOptions, type Clock, SignError } from '@securosys/core';
import { deadlineOf } from '../host/deadline.js';

/**
 * Waits for work that others wait for too: an abort or a deadline ends this waiting and nothing else.
 * @throws SignError `ERR_TIMEOUT`; `signal.reason`; what the work rejects with
 */
export async function waitingFor<T>(work: Promise<T>, { signal, ...options }: CallOptions, clock: Clock): Promise<T> {
  const timeoutMs = deadlineOf(options);
  if (!signal && timeoutMs === undefined) return work;
  // Its failure is nobody's when its caller has gone before this began.
  if (signal?.aborted) work.catch(() => undefined);
  signal?.throwIfAborted();
  const done = new AbortController();
  const ends: Promise<T>[] = [work];
  if (signal)
    ends.push(
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: done.signal });
      }),
    );
  if (timeoutMs !== undefined)
    ends.push(
      clock.sleep(timeoutMs, done.signal).then(() => {
        throw new SignError('ERR_TIMEOUT', `the token did not answer within ${timeoutMs} ms`);
      }),
    );
  try {
    return await Promise.race(ends);
  } finally {
    done.abort();
  }
}
