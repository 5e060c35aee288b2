import { type Descriptor, SignError } from '@securosys/core';
import type { CosignReport, CosignSigner, CosignVerdictReason } from '@securosys/cosign';

/** One manifest, its cosign signatures, and the verdict on it. */
export type CosignManifestReport = CosignReport & {
  /** `repository@digest`: the object that was judged. */
  readonly reference: string;
  readonly descriptor: Descriptor;
  /** As the index says that lists it. */
  readonly platform?: string;
};

/** What a judgement by cosign signatures came to. There is no boolean to misread (S24), and a limit is not "no signature" (S23). */
export type CosignVerdict =
  | {
      readonly verdict: 'trusted';
      /** Distinct keys behind it; over several manifests, `manifests` says which signed which. */
      readonly signers: readonly CosignSigner[];
    }
  | {
      readonly verdict: 'not-trusted';
      /** A stable code, and one sentence for people. */
      readonly reason: { readonly code: CosignVerdictReason; readonly message: string };
    };

/** What is known about an image by its cosign signatures. Over several manifests it is trusted when every one of them is. */
export type CosignImageReport = CosignVerdict & {
  readonly kind: 'cosign';
  /** `repository@digest` of what the reference named. */
  readonly reference: string;
  readonly descriptor: Descriptor;
  /** Every manifest that was judged, what the reference names first. */
  readonly manifests: readonly CosignManifestReport[];
};

/** An image that is trusted by cosign signatures, named by digest. */
export interface VerifiedCosignImage {
  /** `repository@digest`: run this, never the tag. Where only some `platforms` were verified, run what `report.manifests` names for them. */
  readonly reference: string;
  readonly descriptor: Descriptor;
  readonly signers: readonly CosignSigner[];
  readonly report: CosignImageReport;
}

/** The verdict over several manifests: the first that is not trusted decides. */
export function cosignVerdict(manifests: readonly CosignManifestReport[]): CosignVerdict {
  const bad = manifests.find((one) => one.verdict === 'not-trusted');
  if (bad?.verdict === 'not-trusted') {
    if (manifests.length === 1) return { verdict: 'not-trusted', reason: bad.reason };
    const { code, message } = bad.reason;
    const platform = bad.platform === undefined ? '' : ` (${bad.platform})`;
    return { verdict: 'not-trusted', reason: { code, message: `${bad.descriptor.digest}${platform}: ${message}` } };
  }
  const all = manifests.flatMap((one) => (one.verdict === 'trusted' ? one.signers : []));
  return { verdict: 'trusted', signers: [...new Map(all.map((signer) => [signer.spkiSha256, signer])).values()] };
}

/** The image of a report that says it is trusted. @throws SignError `ERR_NOT_TRUSTED` with the whole report in `details.report` */
export function trustedCosignImage(report: CosignImageReport): VerifiedCosignImage {
  if (report.verdict !== 'trusted')
    throw new SignError('ERR_NOT_TRUSTED', `${report.reference} is not trusted: ${report.reason.message}`, {
      details: { report, reason: report.reason.code },
    });
  const { reference, descriptor, signers } = report;
  return { reference, descriptor, signers, report };
}
