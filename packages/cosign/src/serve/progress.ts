import { approverText, sanitizeText } from '@securosys/core';
import type { CosignKmsProgress } from '@securosys/cosign';

const clockTime = (ms: number): string => new Date(ms).toTimeString().slice(0, 8);

/** What people are told while they decide, without the moment: the same text is not told twice. */
export function progressText({ title, requestId, status, approvals, keyResourceId }: CosignKmsProgress): string {
  const lines = [
    `${title}, key ${sanitizeText(keyResourceId, 120)}`,
    `request ${sanitizeText(requestId ?? 'unknown', 128)}: ${status}`,
    ...(approvals?.approvedBy.length ? [`approved by: ${approverText(approvals.approvedBy)}`] : []),
    ...(status === 'pending' && approvals?.notYetApprovedBy.length
      ? [`not yet approved by: ${approverText(approvals.notYetApprovedBy)}`]
      : []),
  ];
  return lines.join('\n  ');
}

/**
 * Tells people how a request stands, whenever that has changed: cosign passes the plugin's stderr through (`cosign.md` §11.2).
 * @param name put before each text
 */
export function progressTeller(name: string, write: (text: string) => void): (progress: CosignKmsProgress) => void {
  let last = '';
  return (progress) => {
    const text = progressText(progress);
    if (text === last) return;
    last = text;
    const isOpen = progress.status === 'pending';
    write(`${name}: ${text}\n${isOpen ? `  waits until ${clockTime(progress.waitsUntil)}\n` : ''}`);
  };
}
