import { sanitizeText } from '@securosys/core';
import type { KeyProviderUse } from '@securosys/ocicrypt';
import { openAuditLog } from '@securosys/sign/audit';

/** Most names of keys that one record tells: a packet may have as many as it likes. */
const mostKids = 16;

/** Adds a record `unwrap` for each packet that was opened, to the log in a folder. What cannot be made durable is not given out. */
export function auditLogIn(folder: string): (use: KeyProviderUse) => Promise<void> {
  const log = openAuditLog({ folder });
  return async ({ kids, packetSha256, layerDigest }) => {
    await log.append({
      kind: 'unwrap',
      kids: kids.slice(0, mostKids).map((kid) => sanitizeText(kid, 80)),
      packetSha256,
      layerDigest: layerDigest === undefined ? undefined : sanitizeText(layerDigest, 160),
    });
  };
}
