import { SignError } from '@securosys/core';

/**
 * The one error of a packet that does not open: padding, length, tag and contents are never told apart, because whoever can is an oracle
 * (S16).
 */
export function doesNotOpen(): SignError {
  return new SignError('ERR_REQUEST_FAILED', 'the packet does not open with this key');
}

/** Whether an error of a backend says only that the ciphertext was not to its liking. */
export function saysNothing(error: unknown): boolean {
  return SignError.is(error, 'ERR_REQUEST_FAILED') || SignError.is(error, 'ERR_DIGEST_MISMATCH');
}
