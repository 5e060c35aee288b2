import { equalBytes, SignError } from '@securosys/core';
import { malformed } from '../fields.js';

/**
 * Holds bytes out of a file to those that `write` makes of what they say: then nothing hides in them.
 * @throws SignError `ERR_MALFORMED`
 */
export function checkRewritten(bytes: Uint8Array, write: () => Uint8Array): void {
  let ours: Uint8Array | undefined;
  try {
    ours = write();
  } catch (error) {
    if (!SignError.is(error, 'ERR_INVALID_ARGUMENT')) throw error;
  }
  if (!ours || !equalBytes(ours, bytes)) malformed('prepared signature', 'its bytes are not those that this format writes');
}
