import { type Descriptor, SignError } from '@securosys/core';
import type { DctReport, TrustedTag, UntrustedTag } from '@securosys/dct';

/** What a judgement by Docker Content Trust came to. There is no boolean to misread (S24). */
export type DctVerdict =
  | {
      readonly verdict: 'trusted';
      /** Media type, digest and size of the manifest that the tag stands for, as the registry has it. */
      readonly descriptor: Descriptor;
      /** Delegations of signers that say so: `targets/<name>`. */
      readonly signers: readonly string[];
    }
  | {
      readonly verdict: 'not-trusted';
      /** A stable code, and one sentence for people. */
      readonly reason: {
        readonly code: 'not-signed' | 'not-believed' | 'signer-missing' | 'missing-image' | 'size-differs' | 'metadata';
        readonly message: string;
      };
    };

/** What is known about an image by Docker Content Trust. */
export type DctImageReport = DctVerdict & {
  readonly kind: 'dct';
  /** `repository@digest` of what the signed tag stands for; what was asked where it stands for nothing. */
  readonly reference: string;
  /** What the signed metadata says of the tag, or of a tag with this digest. */
  readonly tag?: TrustedTag | UntrustedTag;
  /** The whole repository; absent when it could not be verified. */
  readonly repository?: DctReport;
};

/** An image that is trusted by Docker Content Trust, named by digest. */
export interface VerifiedDctImage {
  /** `repository@digest`, by the signed metadata and not by what the registry's tag names: run this, never the tag. */
  readonly reference: string;
  readonly descriptor: Descriptor;
  readonly signers: readonly string[];
  readonly report: DctImageReport;
}

/** The image of a report that says it is trusted. @throws SignError `ERR_NOT_TRUSTED` with the whole report in `details.report` */
export function trustedDctImage(report: DctImageReport): VerifiedDctImage {
  if (report.verdict !== 'trusted')
    throw new SignError('ERR_NOT_TRUSTED', `${report.reference} is not trusted: ${report.reason.message}`, {
      details: { report, reason: report.reason.code },
    });
  const { reference, descriptor, signers } = report;
  return { reference, descriptor, signers, report };
}
