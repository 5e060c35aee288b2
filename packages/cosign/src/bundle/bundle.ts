import type { HashName } from '@securosys/core';
import type { DsseEnvelope } from '../dsse/envelope.js';

/** What is signed, and how: an envelope with a statement, or the bytes of a blob (`cosign.md` §6.3). */
export type BundleContent =
  | { readonly kind: 'dsse'; readonly envelope: DsseEnvelope }
  | {
      readonly kind: 'message';
      /** Unsigned: which blob it is, and the hash that its signer used. */
      readonly digest: { readonly algorithm: HashName; readonly bytes: Uint8Array };
      readonly signature: Uint8Array;
    };

/** What a bundle says about its key: a hint, or a certificate, which means that it was not made for a bare key. */
export type BundleKey =
  | { readonly kind: 'public-key'; readonly hint: string }
  | { readonly kind: 'certificate'; readonly certificate: Uint8Array };

/** A sigstore bundle as it was read. Nothing here is verified. */
export interface SigstoreBundle {
  readonly mediaType: string;
  readonly content: BundleContent;
  readonly key: BundleKey;
  /** RFC 3161 TimeStampResp, DER, each. */
  readonly timestamps: readonly Uint8Array[];
  /** How many entries of a transparency log it carries. They are not read: evidence that is not checked counts for nothing. */
  readonly logEntries: number;
}
