import { reasonOf } from './reasons.js';
import type { CosignSignatureResult, CosignSource, GoodCosignSignature } from './report.js';
import { checkTime, type TimeEvidence } from './signing-time.js';
import type { TrustRules } from './trust.js';
import type { TrustedKey } from './trusted-key.js';

/** What was found about a signature that counts, but for its time. */
export interface Judged {
  readonly signer: TrustedKey;
  readonly predicateType?: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly evidence: TimeEvidence;
}

/** Tells who made the signature as soon as that is known. */
export type Known = (signer: TrustedKey) => void;

/** What one signature is judged by. */
export interface JudgeContext {
  readonly rules: TrustRules;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Judges one signature: what is wrong with it is its result, and never an error.
 * @param work throws a refusal, or what a reader throws
 */
export async function judge(
  { rules, now }: JudgeContext,
  source: CosignSource,
  work: (known: Known) => Judged,
): Promise<CosignSignatureResult> {
  let maker: TrustedKey | undefined;
  try {
    const { signer, evidence, predicateType, annotations } = work((signer) => {
      maker = signer;
    });
    const timestamp = await checkTime(rules, signer, evidence, now);
    const good: GoodCosignSignature = {
      ...source,
      status: 'good',
      signer: signer.signer,
      ...(predicateType !== undefined && { predicateType }),
      annotations,
      ...(timestamp && { timestamp }),
    };
    return good;
  } catch (error) {
    return { ...source, status: 'refused', reason: reasonOf(error), ...(maker && { signer: maker.signer }) };
  }
}
