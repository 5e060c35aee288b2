import { sha256Hex } from '@securosys/core';
import { readEnvelope } from '../dsse/envelope.js';
import { checkedImageDigest } from '../image-digest.js';
import { attestationVerdict } from './attestation-verdict.js';
import { wantedAttestations } from './evaluate-attestations.js';
import { onlyMember } from './evaluate-blob.js';
import { type CosignJudgeOptions, judgeContext } from './evaluate-options.js';
import { judgeBundle } from './judge-bundle.js';
import { type JudgedStatement, judgeEnvelope } from './judge-envelope.js';
import { judge } from './judging.js';
import type { CosignAttestationReport } from './report.js';
import type { CosignTrust } from './trust.js';

/** An attestation in a file: a sigstore bundle, or a bare DSSE envelope (`cosign.md` §8). */
export type CosignAttestationArtifact = { readonly bundle: Uint8Array } | { readonly envelope: Uint8Array };

/**
 * Judges an attestation that is a file, about a blob or an image. The types that count stand in the trust.
 * @param subject the blob, or the digest that the statement has to be about (`sha256:…`)
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export async function evaluateCosignBlobAttestation(
  subject: Uint8Array | { readonly digest: string },
  artifact: CosignAttestationArtifact,
  trust: CosignTrust,
  options: CosignJudgeOptions = {},
): Promise<CosignAttestationReport> {
  const context = judgeContext('evaluateCosignBlobAttestation', trust, options);
  const wanted = wantedAttestations(context.rules);
  const [kind, bytes] = onlyMember('evaluateCosignBlobAttestation', artifact, ['bundle', 'envelope']);
  const digest = subject instanceof Uint8Array ? `sha256:${sha256Hex(subject)}` : checkedImageDigest(subject?.digest);
  let kept: JudgedStatement | undefined;
  const keep = (judged: JudgedStatement) => {
    kept = judged;
  };
  const shape = kind === 'bundle' ? 'bundle' : 'legacy';
  const result = await judge(context, { shape }, (known) => {
    if (kind === 'bundle') return judgeBundle(context, bytes, { digest, wanted }, known, keep);
    const envelope = readEnvelope(bytes);
    const judged = judgeEnvelope(context, envelope, { digest, wanted }, known);
    keep(judged);
    const { signer, predicateType, annotations } = judged;
    return { signer, predicateType, annotations, evidence: { timestamps: [], message: envelope.signature } };
  });
  const good = result.status === 'good' && kept ? [{ statement: kept.statement, signer: result.signer, shape } as const] : [];
  const findings = { kind: 'cosign', subject: { digest }, signatures: [result], limits: [] } as const;
  return attestationVerdict({ ...context.rules, require: 'any' }, findings, good);
}
