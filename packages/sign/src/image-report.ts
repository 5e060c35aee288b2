import type { Descriptor, SignError } from '@securosys/core';
import type { SignatureOutcome } from '@securosys/notation-envelope';

/** One signature of an image: judged, or why it could not be read. */
export type SignatureReport =
  | { readonly descriptor: Descriptor; readonly outcome: SignatureOutcome; readonly error?: never }
  | { readonly descriptor: Descriptor; readonly error: SignError; readonly outcome?: never };

/** What every report says, whatever the verdict. */
export interface ReportCommon {
  /** `repository@digest`: the object that was judged. */
  readonly reference: string;
  readonly descriptor: Descriptor;
  /** Every signature that was looked at, in the order of the registry. */
  readonly signatures: readonly SignatureReport[];
}

/** What a judgement came to. A limit that was reached is not "no signature" (S23). */
export type Verdict =
  | { readonly verdict: 'trusted' }
  | { readonly verdict: 'skipped' }
  | {
      readonly verdict: 'not-trusted';
      readonly reason: 'no-signature' | 'no-trusted-signature' | 'limit';
      /** One sentence for people, with the reasons of the signatures. */
      readonly message: string;
    };

/** One manifest and its verdict. */
export type ManifestReport = ReportCommon & Verdict & { /** As the index says that lists it. */ readonly platform?: string };

/**
 * What is known about an image. A tagged union on purpose: there is no boolean to misread, `skipped` is not `trusted`, and "no
 * signature" differs from "a limit was reached" (S23, S24). Over several manifests it is trusted when every one of them is.
 */
export type ImageReport = ReportCommon &
  Verdict & {
    /** Every manifest that was judged, what the reference names first. */
    readonly manifests: readonly ManifestReport[];
  };

/** The verdict on one manifest by all that is known of its signatures. */
export function verdictOf(signatures: readonly SignatureReport[], limit: SignError | undefined): Verdict {
  if (signatures.some(({ outcome }) => outcome?.verdict === 'trusted')) return { verdict: 'trusted' };
  const no = (reason: 'no-signature' | 'no-trusted-signature' | 'limit', message: string): Verdict => {
    return { verdict: 'not-trusted', reason, message };
  };
  if (limit) return no('limit', `no trusted signature before a limit was reached: ${limit.message}`);
  if (signatures.length === 0) return no('no-signature', 'no signature is attached to the image');
  const reasons = signatures.map(why).filter((text, at, all) => all.indexOf(text) === at);
  return no('no-trusted-signature', `none of ${signatures.length} signature(s) is trusted: ${reasons.slice(0, 5).join('; ')}`);
}

function why({ outcome, error }: SignatureReport): string {
  if (error) return error.message;
  return outcome?.verdict === 'not-trusted'
    ? outcome.failures.map((check) => check.reason?.message ?? check.type).join(', ')
    : '';
}

/** The verdict over several manifests: the first that is not trusted decides. */
export function verdictOfAll(manifests: readonly ManifestReport[]): Verdict {
  const bad = manifests.find(({ verdict }) => verdict !== 'trusted');
  if (!bad) return { verdict: 'trusted' };
  if (bad.verdict !== 'not-trusted') return { verdict: 'skipped' };
  const { reason, message, reference, platform } = bad;
  if (manifests.length === 1) return { verdict: 'not-trusted', reason, message };
  const digest = reference.slice(reference.lastIndexOf('@') + 1);
  return {
    verdict: 'not-trusted',
    reason,
    message: `${platform === undefined ? digest : `${digest} (${platform})`}: ${message}`,
  };
}
