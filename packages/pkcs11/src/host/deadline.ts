import { type CallOptions, invalidArgument } from '@securosys/core';

/** Longest time that a timer of the platform can wait; with more it would end at once. */
const longestMs = 2 ** 31 - 1;

/**
 * Milliseconds after which a call ends; `undefined` for none, and for more than a timer can wait.
 * @throws SignError `ERR_INVALID_ARGUMENT` for what is no time
 */
export function deadlineOf({ timeoutMs }: CallOptions): number | undefined {
  if (timeoutMs === undefined) return undefined;
  if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) invalidArgument('timeoutMs is not a number of milliseconds');
  return timeoutMs > longestMs ? undefined : timeoutMs;
}
