import type { Descriptor, SignError } from '@securosys/core';
import type { CosignShape } from '../signing/signature.js';

/** A layer of a `.sig` or `.att` manifest, as it is stored. Nothing here is verified. */
export interface StoredLayer {
  readonly kind: 'signature' | 'attestation';
  /** Of the manifest behind the tag. */
  readonly manifest: Descriptor;
  /** With the annotations that hold the signature and its timestamp (`cosign.md` §3.3). */
  readonly layer: Descriptor;
  /** The payload of a signature, the DSSE envelope of an attestation. */
  readonly content: Uint8Array;
}

/** A sigstore bundle that is a referrer of the image, as it is stored. */
export interface StoredBundle {
  readonly kind: 'bundle';
  readonly manifest: Descriptor;
  readonly layer: Descriptor;
  readonly content: Uint8Array;
}

/** Something that should be a signature or an attestation and cannot be read as one. */
export interface StoredFault {
  readonly kind: 'fault';
  readonly shape: CosignShape;
  /** Absent when not even the listing can be read. */
  readonly manifest?: Descriptor;
  readonly layer?: Descriptor;
  readonly error: SignError;
}

/** A limit that ended the search for one shape, or left something out of it: what is there beyond it is not known. */
export interface StoredLimit {
  readonly kind: 'limit';
  readonly shape: CosignShape;
  /** One sentence. */
  readonly message: string;
}

/** What a search finds, one after the other. */
export type StoredItem = StoredLayer | StoredBundle | StoredFault | StoredLimit;

/** All that is stored about an image within the limits. */
export interface CosignCollection {
  /** Layers behind the `.sig` tag. */
  readonly signatures: readonly StoredLayer[];
  /** Layers behind the `.att` tag. */
  readonly attestations: readonly StoredLayer[];
  /** Bundles, of signatures and attestations alike: which is which stands in what is signed. */
  readonly bundles: readonly StoredBundle[];
  readonly faults: readonly StoredFault[];
  /** Empty: this is all there is. */
  readonly limits: readonly StoredLimit[];
}
