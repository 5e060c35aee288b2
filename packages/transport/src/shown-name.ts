import { sanitizeText } from '@securosys/core';

/** Up to the last `@` that no digest follows. */
const userInfo = /^.*@(?![a-z0-9+._-]+:[0-9a-f]{8})/is;

/** What a caller gave as host or reference, for an error: cut, sanitised, and without a login that was put before the host (S38). */
export function shownName(text: unknown, limit: number): string {
  return sanitizeText(String(text).slice(0, 8192).replace(userInfo, '…@'), limit);
}
