import { SignError } from '@securosys/core';

/** The `SignError` that `run` throws; anything else fails the test. */
export function thrown(run: () => unknown): SignError {
  try {
    run();
  } catch (error) {
    if (SignError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
