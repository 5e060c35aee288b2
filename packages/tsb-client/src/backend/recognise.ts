import type { CallOptions, DecryptOperation, OpenOperation, SignOperation } from '@securosys/core';
import type { RequestLookup } from '../operations/request-lookup.js';
import { sameRequest, wouldSend } from '../operations/same-request.js';
import type { BackendParts } from './parts.js';
import { askPeople } from './use-key.js';

/** Whether a request on which people decide is the one that an operation would make; `undefined` when nobody can tell. */
export async function recognise(
  parts: BackendParts,
  lookup: RequestLookup,
  id: string,
  operation: SignOperation | DecryptOperation | OpenOperation,
  options: CallOptions,
): Promise<boolean | undefined> {
  const found = await lookup.originalOf(id, options);
  const expected = found && (await wouldSend((groups) => askPeople(parts, groups, operation, options)));
  const kin = found && expected ? sameRequest(expected, found) : 'unknown';
  return kin === 'unknown' ? undefined : kin === 'ours';
}
