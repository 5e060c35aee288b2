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

/** An upload that the registry does not know any more: the blob can only be sent from its beginning. */
export function uploadLost(what: string): SignError {
  return new SignError('ERR_UNAVAILABLE', `cannot ${what}: the registry gave the upload up, and it has to begin anew`, {
    details: { status: 404, beginAnew: true },
  });
}

/** Whether sending a blob from its beginning may well succeed. */
export function passesAnew(error: unknown): error is SignError {
  return passes(error) || (SignError.is(error) && error.details.beginAnew === true);
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
