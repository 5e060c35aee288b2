import { type CallOptions, SignError } from '@securosys/core';
import { deadlineOf } from './deadline.js';
import type { Timers } from './timers.js';

/** What a call tells its caller, once. */
export interface Settlers<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

/** Whether a call can end before its work does. */
export const isBounded = (options: CallOptions): boolean => deadlineOf(options) !== undefined || options.signal !== undefined;

/** The error of a call whose own deadline is over. */
export const timedOut = (operation: string, timeoutMs: number): SignError =>
  new SignError('ERR_TIMEOUT', `${operation}: not done within ${timeoutMs} ms`, { details: { operation } });

/**
 * Lets `signal` and `timeoutMs` end a call before its work does: `giveUp` is called with the error to reject with, and the work's own end
 * calls what is returned, which forgets signal and timer.
 */
export function guard(
  { signal, ...options }: CallOptions,
  timers: Timers,
  operation: string,
  giveUp: (reason: unknown) => void,
): () => void {
  const timeoutMs = deadlineOf(options);
  const onAbort = () => {
    stop();
    giveUp(signal?.reason);
  };
  const stopTimer =
    timeoutMs === undefined
      ? () => undefined
      : timers.after(timeoutMs, () => {
          stop();
          giveUp(timedOut(operation, timeoutMs));
        });
  const stop = () => {
    stopTimer();
    signal?.removeEventListener('abort', onAbort);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  return stop;
}
