import { SignError } from '@securosys/core';
import type { StageFailure } from './pass-job.js';

/** An error in the words that go from thread to thread. */
export function failureOf(error: unknown): StageFailure {
  if (SignError.is(error)) {
    const { check } = error.details;
    return { message: error.message, code: error.code, ...(typeof check === 'string' && { check }) };
  }
  const message = error instanceof Error ? error.message : String(error);
  const errno = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { message, ...(errno !== undefined && { errno }) };
}
