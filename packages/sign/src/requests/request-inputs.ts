import type { CallOptions, Claims, Clock, JsonObject, PendingStore, Signer, Timestamper } from '@securosys/core';
import type { BlobSource } from '@securosys/notation-envelope';
import type { Oci } from '@securosys/oci';
import type { AttestedPredicate } from '../attest.js';
import type { CosignManifestOptions, FormatOptions } from '../formats/format-options.js';
import type { SigningFormat } from '../formats/signing-format.js';
import type { ManifestSelection } from '../select-manifests.js';
import type { SignBlobOptions } from '../sign-blob.js';
import type { SignCosignBlobOptions } from '../sign-cosign-blob.js';
import type { FormatChoice } from '../sign-plans.js';
import type { DecryptSettings } from './decrypt-item.js';

/** What every item may have of its own. */
export interface RequestItemOptions {
  /** Default: the one of the request. */
  signer?: Signer;
  /** Default: the one of the request. */
  timestamper?: Timestamper;
  /** Told to approvers with those of the request, marked as claims. */
  claims?: Claims;
}

/** An image to be signed, as `signImage` takes it: each manifest that is meant is an item for each format. */
export interface ImageItemInput extends RequestItemOptions, FormatOptions, ManifestSelection {
  image: string;
  format: FormatChoice;
}

/** An image to be signed in a format of somebody else. */
export interface ForeignItemInput extends RequestItemOptions, ManifestSelection {
  image: string;
  format: SigningFormat;
  /** What the format is asked for: plain JSON data, kept with the request. */
  options?: JsonObject;
}

/** Something to be said about an image, as `attest` takes it. */
export type AttestationItemInput = RequestItemOptions &
  CosignManifestOptions &
  ManifestSelection &
  AttestedPredicate & { image: string };

/** The options of a call that signs a blob, without those that are the request's. */
export type OwnBlobOptions<T> = Omit<
  T,
  keyof CallOptions | 'signer' | 'store' | 'clock' | 'approvalTimeoutMs' | 'onProgress' | 'claims'
>;

/** A blob to be signed, as `signBlob` takes it. With `format: 'cosign'` it is held in memory. */
export type BlobItemInput = RequestItemOptions &
  (
    | (OwnBlobOptions<SignBlobOptions> & { blob: BlobSource })
    | (OwnBlobOptions<SignCosignBlobOptions> & { blob: Uint8Array | AsyncIterable<Uint8Array> })
  );

/** An image to be decrypted, as `decryptImage` takes it. Only in a request that publishes each item when it is ready. */
export interface DecryptItemInput extends DecryptSettings {
  /** The encrypted image: its tag is resolved once. */
  decrypt: string;
  /** Where the decrypted image goes. */
  to: string;
  platforms?: readonly string[];
  /** Told to approvers with those of the request, marked as claims. */
  claims?: Claims;
}

/** One thing that a signing request asks for. */
export type RequestItemInput = ImageItemInput | ForeignItemInput | AttestationItemInput | BlobItemInput | DecryptItemInput;

/** How a signing request is prepared. */
export interface PrepareRequestOptions extends CallOptions {
  /** Of items that name none. */
  signer?: Signer;
  timestamper?: Timestamper;
  /** Where the request and its items are kept. Default: the store of the first signer. */
  store?: PendingStore;
  /** Registry access. Default: anonymous, public registries only. */
  oci?: Oci;
  /** Default: the first signer's. */
  clock?: Clock;
  /** Told to approvers of every item, marked as claims: commit, build URL, reason. */
  claims?: Claims;
  /** `each` publishes what is ready; `all` publishes nothing before everything is ready. Default `each`. */
  publish?: 'each' | 'all';
  /**
   * The only repositories that may be written to: `registry.example/team/app`, or `registry.example/team/*` for all below it;
   * `oci:./folder` for a layout. Looked at here, at submit and at complete. Default: all.
   */
  targets?: readonly string[];
  /** Milliseconds from now after which nothing is asked and nothing published any more. Default: no end. */
  expiresAfterMs?: number;
}
