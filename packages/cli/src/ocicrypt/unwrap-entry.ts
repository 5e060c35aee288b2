import { sanitizeText } from '@securosys/core';
import type { KeyProviderUse } from '@securosys/ocicrypt';
import type { AuditEntry } from '@securosys/sign/audit';

/** Most names of keys that one record tells: a packet may have as many as it likes. */
const mostKids = 16;

/** The record `unwrap` of a packet that was opened, written before its contents are given out. */
export const unwrapEntry = ({ kids, packetSha256, layerDigest }: KeyProviderUse): AuditEntry => ({
  kind: 'unwrap',
  kids: kids.slice(0, mostKids).map((kid) => sanitizeText(kid, 80)),
  packetSha256,
  layerDigest: layerDigest === undefined ? undefined : sanitizeText(layerDigest, 160),
});
