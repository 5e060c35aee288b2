import { base64Bytes, publicKeyFromSpki } from '@securosys/core';
import type { OwnParts } from '../formats/image-format.js';
import type { TakenUp } from './take-up.js';

/** What signatures of a request are told by; `undefined` when such signatures are of no use, because they have expired. */
export function ownParts({ record, prepared: { parts } }: TakenUp, now: number): OwnParts | undefined {
  if (parts.some(({ facts: { expiresAt } }) => expiresAt !== undefined && Date.parse(expiresAt) <= now)) return undefined;
  return { key: publicKeyFromSpki(base64Bytes(record.identity.spki, 'public key')), parts };
}
