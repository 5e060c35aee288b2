import { SignError } from '@securosys/core';
import type { Call } from '@securosys/transport';

/** Longest pause that a registry can make us take with `Retry-After`. */
const longestWaitMs = 30_000;
/** Tries of one request, the first included. */
export const tries = 3;
const passing = new Set([408, 429, 502, 503, 504]);

/** Whether the same request may well succeed a moment later: a lost connection, or a status that says so. */
export function passes(error: unknown): error is SignError {
  if (!SignError.is(error)) return false;
  const { status } = error.details;
  return error.code === 'ERR_NETWORK' || (status !== undefined && passing.has(status));
}

/**
 * Waits before a try: as long as `Retry-After` of the error says, else longer each time, with jitter.
 * @param attempt number of the try that failed, from 1
 * @returns `false`, without waiting, when the pause would be too long for anybody or for the deadline
 */
export async function pause(call: Call, random: () => number, error: SignError, attempt: number): Promise<boolean> {
  const hint = error.details.retryAfterMs;
  const wait = typeof hint === 'number' ? hint : 200 * 4 ** (attempt - 1) * (0.75 + random() / 2);
  if (wait > longestWaitMs || !call.hasTime(wait)) return false;
  await call.sleep(wait);
  return true;
}
