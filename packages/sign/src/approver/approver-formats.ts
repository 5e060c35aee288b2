import { cosignAttestation, cosignImage } from '@securosys/cosign';
import { notationCose, notationJws } from '@securosys/notation-envelope';
import type { ExplainingFormat } from '@securosys/tsb-client';
import { auditCheckpointFormat } from '../audit/checkpoint.js';

/**
 * Everything that this SDK signs in a format of its own, for `createApprover`: images, attestations and checkpoints of audit logs. Blobs are
 * any bytes where cosign's format is used: nothing explains those, and approving one is `unknown-format`.
 */
export const approverFormats: readonly ExplainingFormat[] = Object.freeze([
  notationJws,
  notationCose,
  cosignImage,
  cosignAttestation,
  auditCheckpointFormat,
]);
