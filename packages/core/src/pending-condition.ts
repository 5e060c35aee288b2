import type { JsonObject } from './json.js';
import type { PendingCondition } from './pending-store.js';

/** Whether a condition holds for the record that is there. */
export function conditionHolds(record: JsonObject | undefined, { ifAbsent, ifNonce }: PendingCondition = {}): boolean {
  if (ifAbsent && record !== undefined) return false;
  return ifNonce === undefined || record?.nonce === ifNonce;
}
