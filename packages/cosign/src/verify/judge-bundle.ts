import { readBundle } from '../bundle/read-bundle.js';
import { malformed } from '../fields.js';
import { type EnvelopeQuestion, type JudgedStatement, judgeEnvelope } from './judge-envelope.js';
import type { JudgeContext, Judged, Known } from './judging.js';

/**
 * Judges a sigstore bundle that holds a statement.
 * @param keep gets the statement, should the signature count in the end
 * @throws SignError a refusal, or `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function judgeBundle(
  context: JudgeContext,
  bytes: Uint8Array,
  question: Omit<EnvelopeQuestion, 'hint'>,
  known: Known,
  keep?: (judged: JudgedStatement) => void,
): Judged {
  const { content, key, timestamps } = readBundle(bytes);
  if (key.kind === 'certificate') return malformed('sigstore bundle', 'it is one of a certificate, not of a key');
  if (content.kind === 'message') return malformed('sigstore bundle', 'it signs a blob, not a statement');
  const { envelope } = content;
  const judged = judgeEnvelope(context, envelope, { ...question, hint: key.hint }, known);
  keep?.(judged);
  const { signer, predicateType, annotations } = judged;
  return { signer, predicateType, annotations, evidence: { timestamps, message: envelope.signature } };
}
