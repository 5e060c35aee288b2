import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { approverText, sanitizeText } from '@securosys/core';
import type { PluginProgress } from '../plugin/notation-plugin.js';

const clockTime = (ms: number): string => new Date(ms).toTimeString().slice(0, 8);

/** What people are told, without the moment: the same text is not told twice. */
export function progressText({ title, requestId, status, approvals, keyId }: PluginProgress): string {
  const lines = [
    `${title}, key ${sanitizeText(keyId, 120)}`,
    `request ${sanitizeText(requestId ?? 'unknown', 128)}: ${status}`,
    ...(approvals?.approvedBy.length ? [`approved by: ${approverText(approvals.approvedBy)}`] : []),
    ...(approvals?.notYetApprovedBy.length ? [`not yet approved by: ${approverText(approvals.notYetApprovedBy)}`] : []),
  ];
  return lines.join('\n  ');
}

/**
 * Writes to the terminal that the user looks at: the host shows nothing of a running plugin, and what stands on stderr destroys its
 * error (`notation.md` §17.1). Without a terminal this does nothing.
 * @param name put before each text
 */
export function terminalProgress(name: string): (progress: PluginProgress) => void {
  let last = '';
  return (progress) => {
    const text = progressText(progress);
    if (text === last) return;
    last = text;
    let terminal: number;
    try {
      terminal = openSync('/dev/tty', constants.O_WRONLY | constants.O_NOCTTY);
    } catch {
      return; // no terminal: a service, a build, Windows
    }
    try {
      const until = `waits until ${clockTime(progress.waitsUntil)}; the request stays when this stops`;
      writeSync(terminal, `${name}: ${text}\n  ${until}\n`);
    } catch {
      return; // it was closed meanwhile
    } finally {
      closeSync(terminal);
    }
  };
}
