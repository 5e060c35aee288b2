import { userInfo } from 'node:os';
import type { Clock, Guard } from '@securosys/core';
import { openAuditLog } from '@securosys/sign/audit';

/** Who runs this program, as the system knows. A number that has no name is told as it is. */
function whoAsks(): string {
  try {
    const { username } = userInfo();
    return username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** The guard of an audit log in a folder. Nothing is written before a key is to be used, and no file stays open. */
export function openAuditGuard(folder: string, clock: Clock | undefined): Guard {
  return openAuditLog({ folder, ...(clock && { clock }) }).guard({ requester: whoAsks() });
}
