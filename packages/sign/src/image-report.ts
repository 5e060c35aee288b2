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

/**
 * What is known about an image. A tagged union on purpose: there is no boolean to misread, `skipped` is not `trusted`, and "no
 * signature" differs from "a limit was reached" (S23, S24).
 */
export type ImageReport =
  | (ReportCommon & { readonly verdict: 'trusted' })
  | (ReportCommon & { readonly verdict: 'skipped' })
  | (ReportCommon & {
      readonly verdict: 'not-trusted';
      readonly reason: 'no-signature' | 'no-trusted-signature' | 'limit';
      /** One sentence for people, with the reasons of the signatures. */
      readonly message: string;
    });
