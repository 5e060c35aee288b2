import { base64Bytes, sha256Hex } from './bytes.js';
import { sanitizeText } from './text.js';

const keyForm = /^[A-Za-z0-9+/]{80,}={0,2}$/;

/** One approver: a name, or the SHA-256 of the key where a backend has nothing else. Keys of one type all begin alike. */
function nameOf(approver: string): string {
  if (!keyForm.test(approver) || approver.length % 4 !== 0) return sanitizeText(approver, 80);
  return `key sha256:${sha256Hex(base64Bytes(approver))}`;
}

/** Approvers as a backend names them (`ApprovalProgress`), for people to read (S11): one line, with commas. */
export function approverText(approvers: readonly unknown[]): string {
  return approvers.map((one) => nameOf(String(one))).join(', ');
}
