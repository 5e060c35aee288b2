import type { CallOptions, Descriptor } from '@securosys/core';
import type { BlobSource } from './internal/pieces.js';
import type { Manifest } from './manifest.js';

/** A manifest that was read once and is what its descriptor says. */
export interface ResolvedManifest {
  /** Media type, digest and size only: what a signature is about. */
  readonly descriptor: Descriptor;
  /** The exact bytes behind the digest. */
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
  /** By digest: `registry.example/app@sha256:…`, or `oci:./folder@sha256:…`. */
  readonly reference: string;
}

/** How referrers are listed. */
export interface ReferrersOptions extends CallOptions {
  /** Only artifacts of this type; checked here, whatever the registry filtered. */
  readonly artifactType?: string;
}

/** How a blob is fetched. */
export interface FetchBlobOptions extends CallOptions {
  /** The most bytes the caller is ready to hold in memory. */
  readonly maxBytes: number;
}

/** How a blob is read piece by piece. */
export interface FetchBlobStreamOptions extends CallOptions {
  /** The most bytes the caller is ready to take; default: what the descriptor promises. */
  readonly maxBytes?: number;
}

/** How a blob is stored. Layouts need neither of these. */
export interface PushBlobOptions extends CallOptions {
  /** A repository of the same registry (`team/base`, without the host) that may hold the blob: it is then mounted from there and not sent. */
  readonly mountFrom?: string;
  /** Sends a larger blob in chunks of so many bytes, and takes up what breaks. Default: by one request, which every registry knows. */
  readonly chunkBytes?: number;
}

/** How a blob is stored that comes in pieces. */
export interface PushBlobStreamOptions extends CallOptions {
  /** What the content must be; then it is not sent where it is already, or can be mounted from. */
  readonly expected?: Pick<Descriptor, 'digest' | 'size'>;
  /** As for `pushBlob`; needs `expected`. */
  readonly mountFrom?: string;
  /** Chunks in bytes, and so the memory that is used; default 8 MiB. A registry may ask for larger ones. */
  readonly chunkBytes?: number;
  /** How many bytes will come, where `expected` is not known: told to `onUpload`, and nothing that is checked. */
  readonly size?: number;
}

/** How a manifest is stored: under its digest, and under `tag` as well if one is given. */
export interface PushManifestOptions extends CallOptions {
  readonly tag?: string;
  /** `false`: a layout does not list it in `index.json`, because another manifest does. Registries list nothing. Default `true`. */
  readonly listed?: boolean;
}

/** A manifest that a tag is to name. */
export interface TagContent {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/**
 * What a tag has to name, from what it names now (`undefined`: nobody wrote it yet). `undefined` is given back when nothing has to be changed:
 * that is how a change says that it is in. It is asked again whenever the manifest was read again.
 */
export type TagUpdate = (current: ResolvedManifest | undefined) => TagContent | undefined | Promise<TagContent | undefined>;

/** How a manifest is attached to its subject. Layouts need neither: what they list is there, and no index is left over. */
export interface AttachOptions extends CallOptions {
  /**
   * Lists the subject's referrers afterwards, although the registry says (`OCI-Subject`) that it filed the manifest. Where it is not listed
   * it is entered in the referrers tag, and if nobody finds it there either, that is `ERR_PROTOCOL`.
   */
  readonly confirm?: boolean;
  /**
   * Deletes the indexes of the referrers tag that were replaced, if they list nothing but referrers: an image that the tag was put on stays.
   * Registries that refuse keep them; that is logged and no error.
   */
  readonly deleteReplaced?: boolean;
}

/**
 * One repository of a registry, or one image layout folder; formats and the façade never see which.
 *
 * Every call may throw `SignError` with `ERR_NOT_FOUND`, `ERR_AUTHENTICATION`, `ERR_FORBIDDEN`, `ERR_ORIGIN_REFUSED`,
 * `ERR_RATE_LIMITED`, `ERR_UNAVAILABLE`, `ERR_NETWORK`, `ERR_TIMEOUT`, `ERR_PROTOCOL`, `ERR_MALFORMED`, `ERR_LIMIT`,
 * `ERR_DIGEST_MISMATCH`, and for layouts `ERR_STORE`.
 */
export interface Repository {
  /** `registry.example/app` or the layout's folder: what the scope of a trust policy is matched with. */
  readonly name: string;
  /**
   * Looks a tag or digest up exactly once and reads the manifest with the same request, so that no later answer can differ (S18).
   * @param tagOrDigest default: digest, else tag, of the reference that was opened
   */
  resolve(tagOrDigest?: string, options?: CallOptions): Promise<ResolvedManifest>;
  /** Reads a manifest by digest; media type, digest and size must be the descriptor's. */
  fetchManifest(descriptor: Descriptor, options?: CallOptions): Promise<ResolvedManifest>;
  /** Reads a blob; digest and size must be the descriptor's. */
  fetchBlob(descriptor: Descriptor, options: FetchBlobOptions): Promise<Uint8Array>;
  hasBlob(descriptor: Descriptor, options?: CallOptions): Promise<boolean>;
  /**
   * Reads a blob in constant memory; a broken connection is taken up where it broke. That the content is the descriptor's is known when the
   * iteration ends without `ERR_DIGEST_MISMATCH`, and not before. The deadline covers the whole iteration.
   */
  fetchBlobStream(descriptor: Descriptor, options?: FetchBlobStreamOptions): AsyncIterable<Uint8Array>;
  /** Stores a blob unless it is there. */
  pushBlob(bytes: Uint8Array, mediaType: string, options?: PushBlobOptions): Promise<Descriptor>;
  /** Stores a blob that comes in pieces, in constant memory, under the digest (SHA-256, or the algorithm of `expected`) of what came. */
  pushBlobStream(source: BlobSource, mediaType: string, options?: PushBlobStreamOptions): Promise<Descriptor>;
  /** Stores a manifest under its digest, or under a tag. What is not a sound manifest is refused before anything is sent. */
  pushManifest(bytes: Uint8Array, mediaType: string, options?: PushManifestOptions): Promise<Descriptor>;
  /**
   * Changes the manifest behind a mutable tag so that many writers at once lose nothing: it is read, changed, stored (bound to the version
   * that was read, where the registry names one), and read again until the change stays. What the tag named before is kept by registries
   * under its digest, and listed no longer by layouts. The deadline covers all of it, with what `update` does.
   * @returns descriptor of what the tag names then; `undefined` when there is no such tag and none was wanted
   * @throws SignError `ERR_CONFLICT` when others kept writing over it; what `update` throws
   */
  updateTag(tag: string, update: TagUpdate, options?: CallOptions): Promise<Descriptor | undefined>;
  /**
   * Manifests whose `subject` is this one, in the order of the registry; `ERR_LIMIT` after the last one that a cap lets through.
   * The deadline covers the whole iteration, with what the caller does in between.
   */
  referrers(subject: Descriptor, options?: ReferrersOptions): AsyncIterable<Descriptor>;
  /**
   * Stores a manifest that names `subject` as its subject, and makes it discoverable from there: by the referrers API, else by the referrers
   * tag, where many writers at once lose nothing.
   */
  attach(bytes: Uint8Array, mediaType: string, subject: Descriptor, options?: AttachOptions): Promise<Descriptor>;
}
