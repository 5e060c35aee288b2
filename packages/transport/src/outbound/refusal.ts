import { SignError } from '@securosys/core';

/** What our guard said inside the error of a `fetch` or a socket. */
export function refusalIn(error: unknown, depth = 0): SignError | undefined {
  if (SignError.is(error)) return error;
  return depth < 4 && error instanceof Error ? refusalIn(error.cause, depth + 1) : undefined;
}
