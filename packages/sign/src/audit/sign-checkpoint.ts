import { base64Text, SignError, type Signer, type WaitOptions } from '@securosys/core';
import { type AuditCheckpoint, auditCheckpointFormat, checkpointAlgorithm, checkpointBytes } from './checkpoint.js';
import type { AuditHead } from './record.js';

/** Signs a head. The signer may be any; a key that asks people is asked once for the same head. */
export async function signCheckpoint(head: AuditHead, signer: Signer, options: WaitOptions): Promise<AuditCheckpoint> {
  const { signal, logger } = options;
  const { spec, ref } = await signer.describe({ ...(signal && { signal }), ...(logger && { logger }) });
  const algorithm = checkpointAlgorithm(spec);
  const message = checkpointBytes(head);
  const facts = auditCheckpointFormat.explain(message);
  const request = { algorithm, input: { message }, domain: 'audit-checkpoint', ...(facts && { facts }) } as const;
  const signature = await signer.sign(request, options).catch((error: unknown) => {
    if (!SignError.is(error, 'ERR_APPROVAL_PENDING')) throw error;
    throw new SignError(error.code, error.message, { cause: error, details: { ...error.details, head }, retryable: true });
  });
  if (ref.spkiSha256 === undefined) throw new SignError('ERR_PROTOCOL', 'the signer does not say which key it has');
  return { ...head, algorithm, spkiSha256: ref.spkiSha256, signature: base64Text(signature) };
}
