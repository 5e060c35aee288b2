import { SignError } from '@securosys/core';

/** What was asked is not so any more. @param sentence what was not done, and why */
export function staleRequest(id: string, reason: string, sentence: string): SignError {
  return new SignError('ERR_REQUEST_STALE', sentence, { details: { requestId: id, reason } });
}
