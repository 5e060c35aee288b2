import type { CosignImageReport, CosignSigner, ImageReport, ManifestReport, SignatureReport } from '@securosys/sign';
import type { Line } from './output.js';

const isoTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function signatureLines({ descriptor, outcome, error }: SignatureReport): Line[] {
  if (error) return [{ text: `  ${descriptor.digest}: unreadable: ${error.message}`, tone: 'warn' }];
  if (outcome.verdict === 'skipped') return [];
  const { signature } = outcome;
  const who = signature
    ? [`  signed by ${signature.signer.subject}`, `    certificate ${signature.signer.thumbprints[0] ?? ''}`]
    : [];
  const when = signature
    ? [
        `    at ${isoTime(signature.signedAt)}, ${signature.expiresAt === undefined ? 'without an end' : `until ${isoTime(signature.expiresAt)}`}`,
      ]
    : [];
  if (outcome.verdict === 'trusted') {
    const warnings = outcome.warnings.map((check): Line => {
      return { text: `    warning: ${check.type}: ${check.reason?.message ?? 'failed'}`, tone: 'warn' };
    });
    return [...who, ...when, ...warnings];
  }
  const why = outcome.failures.map((check): Line => {
    return { text: `    ${check.type}: ${check.reason?.message ?? 'failed'}`, tone: 'bad' };
  });
  return [...(who.length > 0 ? who : [`  ${descriptor.digest}`]), ...when, ...why];
}

const shownManifest = ({ descriptor, platform }: Pick<ManifestReport, 'descriptor' | 'platform'>): string =>
  `  ${platform === undefined ? '' : `${platform} `}${descriptor.digest}`;

/** A verdict by Notary signatures, for people: what to run, who signed, and what is wrong. */
export function notationReportLines(asked: string, report: ImageReport): Line[] {
  const [verdict, tone] =
    report.verdict === 'trusted'
      ? (['trusted', 'good'] as const)
      : report.verdict === 'skipped'
        ? (['not verified', 'warn'] as const)
        : (['not trusted', 'bad'] as const);
  const why =
    report.verdict === 'not-trusted' && report.signatures.length === 0
      ? [`  ${report.message}`]
      : report.verdict === 'skipped'
        ? ['  the trust policy skips it']
        : [];
  const manifests = report.manifests.length > 1 ? report.manifests : [];
  return [
    { text: `${verdict}: ${asked}`, tone },
    ...(report.verdict === 'trusted' ? [`  run ${report.reference}`] : [`  ${report.reference}`]),
    ...why,
    ...(manifests.length > 0
      ? manifests.flatMap((one): Line[] => [`${shownManifest(one)}: ${one.verdict}`, ...one.signatures.flatMap(signatureLines)])
      : report.signatures.flatMap(signatureLines)),
  ];
}

const signerLine = ({ name, spkiSha256, algorithm }: CosignSigner): string =>
  `  signed by ${name ?? 'the key'} (${algorithm}, sha256 ${spkiSha256})`;

/** A verdict by cosign signatures, for people. */
export function cosignReportLines(asked: string, report: CosignImageReport): Line[] {
  if (report.verdict === 'trusted')
    return [{ text: `trusted: ${asked}`, tone: 'good' }, `  run ${report.reference}`, ...report.signers.map(signerLine)];
  return [{ text: `not trusted: ${asked}`, tone: 'bad' }, `  ${report.reference}`, `  ${report.reason.message}`];
}
