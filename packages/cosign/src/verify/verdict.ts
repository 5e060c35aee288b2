import type { CosignShape } from '../signing/signature.js';
import type { CosignVerdictReason, Reason } from './reasons.js';
import type { CosignFindings, CosignReport, CosignSigner, GoodCosignSignature } from './report.js';
import type { TrustRules } from './trust.js';

/** Each key once, however many signatures it made. */
export function distinctSigners(signers: readonly CosignSigner[]): CosignSigner[] {
  return [...new Map(signers.map((signer) => [signer.spkiSha256, signer])).values()];
}

/** Why too few keys have signed. */
export function refusalOf({ signatures, limits }: CosignFindings, good: number, threshold: number): Reason<CosignVerdictReason> {
  if (limits.length > 0) return { code: 'limit', message: `not verified, a limit was reached: ${limits.join('; ')}` };
  if (signatures.length === 0) return { code: 'no-signatures', message: 'there are no signatures' };
  if (good === 0) return { code: 'no-good-signature', message: `none of ${signatures.length} signatures counts` };
  return { code: 'threshold', message: `${good} of the ${threshold} distinct keys that have to sign have signed` };
}

/** What the results of all signatures come to (`cosign.md` §10.8, §10.10). */
export function verdictOf({ threshold, require }: TrustRules, findings: CosignFindings): CosignReport {
  const good = findings.signatures.filter((result): result is GoodCosignSignature => result.status === 'good');
  const signersOf = (shape?: CosignShape) =>
    distinctSigners(good.filter((one) => shape === undefined || one.shape === shape).map(({ signer }) => signer));
  const signers = signersOf();
  if (signers.length < threshold)
    return { ...findings, verdict: 'not-trusted', reason: refusalOf(findings, signers.length, threshold) };
  const missing = require === 'both' && (['legacy', 'bundle'] as const).find((shape) => signersOf(shape).length < threshold);
  if (!missing) return { ...findings, verdict: 'trusted', signers };
  const reason =
    findings.limits.length > 0
      ? refusalOf(findings, signers.length, threshold)
      : ({ code: 'shape-missing', message: `too few keys have signed in shape ${missing}` } as const);
  return { ...findings, verdict: 'not-trusted', reason };
}
