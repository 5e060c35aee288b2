import type { CosignImageReport, ImageReport, SignatureReport } from '@securosys/sign';

const isoTime = (ms: number): string => new Date(ms).toISOString();

function signatureJson({ descriptor, outcome, error }: SignatureReport): object {
  const { digest } = descriptor;
  if (error) return { digest, verdict: 'unreadable', code: error.code, message: error.message };
  if (outcome.verdict === 'skipped') return { digest, verdict: outcome.verdict };
  const { signature } = outcome;
  const failed = outcome.verdict === 'trusted' ? outcome.warnings : outcome.failures;
  return {
    digest,
    verdict: outcome.verdict,
    statement: outcome.statement,
    level: outcome.level,
    ...(signature && {
      signer: signature.signer,
      signedAt: isoTime(signature.signedAt),
      ...(signature.expiresAt !== undefined && { expiresAt: isoTime(signature.expiresAt) }),
      annotations: signature.subject.annotations ?? {},
    }),
    [outcome.verdict === 'trusted' ? 'warnings' : 'failures']: failed.map(({ type, reason }) => ({ type, ...reason })),
  };
}

/** A verdict by Notary signatures, for programs. */
export function notationReportJson(report: ImageReport): object {
  const { reference, descriptor, verdict, manifests } = report;
  return {
    kind: 'notation',
    reference,
    descriptor,
    verdict,
    ...(report.verdict === 'not-trusted' && { reason: report.reason, message: report.message }),
    manifests: manifests.map((one) => ({
      reference: one.reference,
      ...(one.platform !== undefined && { platform: one.platform }),
      verdict: one.verdict,
      signatures: one.signatures.map(signatureJson),
    })),
  };
}

/** A verdict by cosign signatures, for programs. */
export function cosignReportJson(report: CosignImageReport): object {
  const { reference, descriptor, verdict, manifests } = report;
  return {
    kind: 'cosign',
    reference,
    descriptor,
    verdict,
    ...(report.verdict === 'trusted'
      ? { signers: report.signers }
      : { reason: report.reason.code, message: report.reason.message }),
    manifests: manifests.map((one) => ({
      reference: one.reference,
      ...(one.platform !== undefined && { platform: one.platform }),
      verdict: one.verdict,
      ...(one.verdict === 'trusted' ? { signers: one.signers } : { reason: one.reason.code, message: one.reason.message }),
    })),
  };
}
