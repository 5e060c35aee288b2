import { canonicalJson, type SigningTarget, sha256Hex, utf8Bytes } from '@securosys/core';
import type { FormatIdentity } from '../formats/format-identity.js';

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
  /** One of ours, or the id of a format that the caller brought. */
  readonly format: string;
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

/** Repository of the subject: `registry.example/team/app`, `oci:./folder`; `blob` for a blob. */
export function repositoryOf(reference: string): string {
  return reference.slice(0, reference.lastIndexOf('@'));
}

/** Where the signature of a request goes, for guards. */
export function signingTarget({ reference, tag, blob }: RequestIdentity): SigningTarget {
  const digest = reference.slice(reference.lastIndexOf('@') + 1);
  if (blob) return { digest, ...(blob.name !== undefined && { name: blob.name }) };
  return { repository: repositoryOf(reference), digest, ...(tag !== undefined && { tag }) };
}

/** Repositories that are written to when the signature of a request is published. */
export function writtenRepositories({ reference, blob, signatureRepository }: RequestIdentity): readonly string[] {
  if (blob) return [];
  return [repositoryOf(reference), ...(signatureRepository === undefined ? [] : [signatureRepository])];
}
