import { base64Bytes, SignError, sanitizeText, sha256Hex } from '@securosys/core';
import type { PolicyApproval, PolicyGroup, PolicyToken } from '../api/policy.js';
import { approverName } from './approver-facts.js';
import { durationText } from './duration.js';

/** Characters of a name that need no quotes. With a comma or a word like `and` in it, one name could pass for two people. */
const plainName = /^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._@+-]*$/u;
const connective = /(^| )(and|or|of|within|not before)( |$)/i;

/** A name that somebody else chose, made safe to stand in a sentence of ours. */
export function quoted(name: string): string {
  const shown = sanitizeText(name, 80);
  return plainName.test(shown) && !connective.test(shown) ? shown : `"${shown.replaceAll('"', "'")}"`;
}

function keyText(value: string): string {
  try {
    return `key ${sha256Hex(base64Bytes(value)).slice(0, 16)}…`;
  } catch (error) {
    if (SignError.is(error)) return 'an unreadable key';
    throw error;
  }
}

/** What to call an approver: a name, or the beginning of the SHA-256 of the key, in hex. */
export function approverText(approval: PolicyApproval): string {
  const name = approverName(approval);
  if (name !== undefined) return quoted(name);
  return approval.value === undefined ? 'somebody without a name' : keyText(approval.value);
}

/** `2 of CISO, Dev lead, Product`. */
export function groupText({ quorum, approvals }: PolicyGroup): string {
  return `${quorum} of ${approvals.map(approverText).join(', ') || 'nobody'}`;
}

/** The time window of a token; empty when it is open for ever. */
export function windowText({ timelock, timeout }: PolicyToken): string {
  const end = timeout === 0 ? '' : `, within ${durationText(timeout)}`;
  return `${end}${timelock === 0 ? '' : `, not before ${durationText(timelock)}`}`;
}

/** One way to fulfil a rule: `2 of CISO, Dev lead, Product, within 1 hour, not before 10 minutes`. */
export function tokenText(token: PolicyToken): string {
  const groups = token.groups ?? [];
  const who = groups.length === 0 ? 'anyone with the API' : groups.map(groupText).join(', and ');
  const forEver = groups.length > 0 && token.timeout === 0 ? ', at any time' : '';
  return `${who}${forEver}${windowText(token)}`;
}
