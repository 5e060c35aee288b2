import { refuse } from '../refusal.js';
import type { HeaderMembers } from './protected-header.js';
import type { AttributeName } from './signed-attributes.js';

const isBytes = (value: unknown): boolean => value instanceof Uint8Array;

/** RFC 9052 §5 and RFC 9338 §3: one countersignature, or a list of them. */
function isCountersignature(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  if (Array.isArray(value[0])) return value.every((one) => !Array.isArray((one as unknown[])[0]) && isCountersignature(one));
  const [head, unprotected, signature] = value as unknown[];
  return value.length === 3 && isBytes(head) && unprotected instanceof Map && isBytes(signature);
}

/** RFC 9596: a media type, or the number of a CoAP content format. */
const isType = (value: unknown): boolean =>
  typeof value === 'string'
    ? /^[^\s/]+\/[^\s/](?:[^/]*[^\s/])?$/.test(value)
    : Number.isSafeInteger(value) && (value as number) >= 0;

/** What registered labels hold that mean nothing to us, and are held to their types all the same, as every COSE reader does it. */
const typesByLabel: ReadonlyMap<AttributeName, (value: unknown) => boolean> = new Map([
  [4, isBytes],
  [5, isBytes],
  [6, isBytes],
  [7, isCountersignature],
  [9, isBytes],
  [11, isCountersignature],
  [12, isBytes],
  [16, isType],
]);
const countersignatures: readonly AttributeName[] = [7, 9, 11, 12];

/** Types of registered labels (RFC 9052 §3.1, RFC 9338, RFC 9596); of IV and Partial IV there is one at most. */
export function checkCommonLabels(header: HeaderMembers): void {
  for (const [label, value] of header)
    if (typesByLabel.get(label)?.(value) === false) refuse('malformed', `COSE header ${label} holds something of another type`);
  if (header.has(5) && header.has(6)) refuse('malformed', 'COSE headers IV and Partial IV stand together');
}

/** A countersignature is about the signature, and is therefore never protected by it. */
export function refuseCountersignatures(header: HeaderMembers): void {
  if (countersignatures.some((label) => header.has(label)))
    refuse('malformed', 'a countersignature stands in the protected header');
}
