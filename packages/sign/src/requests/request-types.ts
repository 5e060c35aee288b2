import type { CallOptions, Claims, Descriptor, JsonObject, OperationState, SignErrorCode, SigningFacts } from '@securosys/core';
import type { DecryptedImage } from '../encryption/decrypt-image.js';
import type { SignedBlob } from '../sign-blob.js';
import type { SignedCosignBlob } from '../sign-cosign-blob.js';
import type { CompleteOptions, ItemRequestState } from './request-state.js';
import type { SignedManifest } from './request-target.js';

/**
 * Where one item stands. `prepared`: nobody was asked; `pending`: people decide; `approved`: they have, and a time lock runs; `signed`:
 * to be published; `published`: done, for a blob: given out; `stale`: what was asked is not so any more; `unknown`: nobody can tell, see
 * `reason`. What is `rejected`, `expired`, `cancelled`, `failed` or `stale` is asked again by `reprepare` only.
 */
export type RequestItemStatus =
  | 'prepared'
  | 'pending'
  | 'approved'
  | 'signed'
  | 'published'
  | 'rejected'
  | 'expired'
  | 'cancelled'
  | 'failed'
  | 'stale'
  | 'unknown';

/** What is done with an item. */
export type RequestItemKind = 'image' | 'attestation' | 'blob' | 'decrypt';

/** One thing that a signing request asks for: one subject, one format, one key. */
export interface RequestItem {
  /** 64 hex characters: the same thing asked with the same key and options has the same id. */
  readonly id: string;
  readonly kind: RequestItemKind;
  /** Id of the format; `ocicrypt` for what is decrypted. */
  readonly format: string;
  /** `repository@digest`, or `blob@digest`. */
  readonly reference: string;
  /** As it was named. */
  readonly tag?: string;
  readonly platform?: string;
  /** Of a blob's file. */
  readonly name?: string;
  /** Where a decrypted image goes. */
  readonly to?: string;
  /** Absent for what is decrypted: the openers know their keys. */
  readonly key?: { readonly backend: string; readonly spkiSha256: string; readonly label?: string };
  /** What the bytes to be signed say, part by part. */
  readonly facts: readonly SigningFacts[];
  /** What is told to approvers beside the facts, and nobody proves. */
  readonly claims: Claims;
  readonly status: RequestItemStatus;
  /** Of the error behind the status. */
  readonly code?: SignErrorCode;
  /** Why it stands so, in one sentence. */
  readonly reason?: string;
  /** By part: a format may need several signatures for one artifact. */
  readonly parts: ItemRequestState['parts'];
  /** Descriptors of what was attached, when published. */
  readonly attached?: readonly Descriptor[];
}

/** Where a signing request stands. */
export interface SigningRequestState {
  /** That of the item which has least hope. */
  readonly status: RequestItemStatus;
  readonly items: readonly RequestItem[];
}

/** What became of one item. */
export type CompletedItem =
  | { readonly kind: 'image' | 'attestation'; readonly id: string; readonly signed: SignedManifest }
  | { readonly kind: 'blob'; readonly id: string; readonly signed: SignedBlob | SignedCosignBlob }
  | {
      readonly kind: 'decrypt';
      readonly id: string;
      /** Where it went, as it was named. */
      readonly to: string;
      /** Absent when an earlier run has decrypted it: nobody believes a store which image that came to. */
      readonly decrypted?: DecryptedImage;
    };

/** What a signing request came to, item by item. */
export interface CompletedRequest {
  readonly id: string;
  readonly items: readonly CompletedItem[];
  /** Of images and attestations, in the order of the items. */
  readonly manifests: readonly SignedManifest[];
}

/** How {@link SigningRequest.complete} waits. */
export interface CompleteRequestOptions extends CompleteOptions {
  /** Called after every look at a request that waits, with the item that it belongs to. */
  onProgress?: (state: OperationState, item?: RequestItem) => void;
}

/**
 * Several things to be signed or decrypted that people decide on together, over as many processes as they need days. Every call can be
 * repeated: nothing is asked twice, and nothing is attached twice.
 */
export interface SigningRequest {
  /** 64 hex characters. */
  readonly id: string;
  /** As last seen; no I/O. */
  readonly items: readonly RequestItem[];
  /** As last seen; no I/O. */
  readonly state: SigningRequestState;
  /**
   * Lets every guard judge every item, then asks for all of them. Without people to ask, keys sign here already, and nothing is published.
   * @throws SignError `ERR_VETOED`, `ERR_POLICY_UNSAFE` for a target that is not allowed, both before anything is sent; `ERR_REQUEST_STALE`
   * for a request file that was used up; `ERR_APPROVAL_EXPIRED` when the request's own time is over; those of `Signer.begin`
   */
  submit(options?: CallOptions): Promise<SigningRequestState>;
  /** One look at everything: no waiting, nothing is asked or published. */
  refresh(options?: CallOptions): Promise<SigningRequestState>;
  /**
   * Submits what is not submitted, waits for people, judges again what they took their time for, and publishes: each item when it is ready,
   * or none before all are. A second call, also in another process, goes on where the first stopped, and attaches nothing twice.
   * @throws SignError the first failure, else `ERR_APPROVAL_PENDING`; `details.requestId` is this request's, `details.items` has all items
   */
  complete(options?: CompleteRequestOptions): Promise<CompletedRequest>;
  /**
   * Withdraws what people still decide on and forgets the request. What is published stays.
   * @throws SignError `ERR_REQUEST_NOT_FOUND` when another run has published all of it; those of the backend
   */
  cancel(options?: CallOptions): Promise<void>;
  /**
   * Prepares anew what came to nothing or is stale, for the image that its tag names now. Everything in it needs new approvals, and approvers
   * are told that it was asked before. What is done stays done, and what people still decide on is taken along.
   * @throws SignError `ERR_INVALID_ARGUMENT` when nothing came to nothing; `ERR_REQUEST_NOT_FOUND` when another run has published all of it
   */
  reprepare(options?: CallOptions): Promise<SigningRequest>;
  /** Contents of a request file. No secrets; `requestFile` signs and writes it. */
  toJSON(): JsonObject;
}
