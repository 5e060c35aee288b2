import { canonicalJson, sha256Hex, utf8Bytes } from '@securosys/core';
import type { FormatIdentity } from '../formats/format-identity.js';
import type { RequestFormatId } from '../image-formats.js';

/** A blob that a signing request is about. */
export interface BlobIdentity {
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
  /** Name of its file, for the name of the signature's. */
  readonly name?: string;
}

/** What a signing request is about, whatever time it is signed at. Its hash is the request's id. */
export interface RequestIdentity extends FormatIdentity {
  /** `repository@digest`, or `blob@digest`. */
  readonly reference: string;
  /** Present for blobs only, and then nothing about tags, indexes and manifests is. */
  readonly blob?: BlobIdentity;
  /** The tag that the caller named, to notice when it moves while people decide. */
  readonly tag?: string;
  /** Digest of the index that lists the subject, and that the tag names. */
  readonly index?: string;
  /** As the index says. */
  readonly platform?: string;
  readonly format: RequestFormatId;
  readonly backend: string;
  readonly keyLabel?: string;
  /** SubjectPublicKeyInfo of the key, DER in base64: resuming needs no right to read attributes. */
  readonly spki: string;
  /** The signature gets a timestamp. */
  readonly timestamped?: true;
}

/**
 * Id of a signing request: SHA-256 over what is to be signed, how and with which key, 64 hex characters. Asking for the same
 * thing again finds the same request, and a record that was altered no longer fits the id its caller holds (S30).
 */
export function requestId(identity: RequestIdentity): string {
  return sha256Hex(utf8Bytes(canonicalJson(identity)));
}
