import { base64Bytes, SignError, sanitizeText, sha256Hex } from '@securosys/core';
import { readApproverCertificate } from '../api/approver-certificate.js';
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

/** The SHA-256 of somebody's SubjectPublicKeyInfo, whole (S11): names are what the author of the rules chose. */
function keyText(approval: PolicyApproval): string {
  if (approval.value === undefined) return 'key not stated';
  try {
    const bytes = base64Bytes(approval.value);
    const spki = approval.type === 'certificate' ? readApproverCertificate(bytes).spki : bytes;
    return `key ${sha256Hex(spki)}`;
  } catch (error) {
    if (SignError.is(error)) return 'unreadable key';
    throw error;
  }
}

/** What to call an approver: the name, and the key that it stands for: `CISO [key 3f…]`, 64 hex characters. */
export function approverText(approval: PolicyApproval): string {
  const name = approverName(approval);
  return `${name === undefined ? 'somebody without a name' : quoted(name)} [${keyText(approval)}]`;
}

/** `2 of CISO [key …], Dev lead [key …]`. */
export function groupText({ quorum, approvals }: PolicyGroup): string {
  return `${quorum} of ${approvals.map(approverText).join(', ') || 'nobody'}`;
}

/** The time window of a token; empty when it is open for ever. */
export function windowText({ timelock, timeout }: PolicyToken): string {
  const end = timeout === 0 ? '' : `, within ${durationText(timeout)}`;
  return `${end}${timelock === 0 ? '' : `, not before ${durationText(timelock)}`}`;
}

/** One way to fulfil a rule: `2 of CISO [key …], Dev lead [key …], within 1 hour, not before 10 minutes`. */
export function tokenText(token: PolicyToken): string {
  const groups = token.groups ?? [];
  const who = groups.length === 0 ? 'anyone with the API' : groups.map(groupText).join(', and ');
  const forEver = groups.length > 0 && token.timeout === 0 ? ', at any time' : '';
  return `${who}${forEver}${windowText(token)}`;
}
