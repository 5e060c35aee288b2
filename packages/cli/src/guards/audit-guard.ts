import { userInfo } from 'node:os';
import type { Clock, Guard, KeyIntent } from '@securosys/core';
import { type AuditEntry, openAuditLog } from '@securosys/sign/audit';

/** Who runs this program, as the system knows. A number that has no name is told as it is. */
function whoAsks(): string {
  try {
    const { username } = userInfo();
    return username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** An audit log of a program. Nothing is written before a key is to be used, and no file stays open. */
export interface ProgramAudit {
  readonly guard: Guard<KeyIntent>;
  /** Adds a record of the program's own. */
  append(entry: AuditEntry): Promise<void>;
}

/** The audit log in a folder. */
export function openAudit(folder: string, clock: Clock | undefined): ProgramAudit {
  const log = openAuditLog({ folder, ...(clock && { clock }) });
  return { guard: log.guard({ requester: whoAsks() }), append: async (entry) => void (await log.append(entry)) };
}
