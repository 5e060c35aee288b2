import {
  type CallOptions,
  type Claims,
  type Descriptor,
  invalidArgument,
  knownOptions,
  type OperationState,
  type SecretSource,
  type SigningTarget,
} from '@securosys/core';
import type { ResolvedManifest } from '@securosys/oci';
import type { Opener } from '../recipients/recipient.js';
import { checkSelection } from './layer-selection.js';

/** How far one layer is. */
export interface LayerProgress {
  /** Digest of the manifest in the source. */
  readonly manifest: string;
  /** Position in that manifest, from 0. */
  readonly layer: number;
  /** Bytes done, and bytes in all. */
  readonly bytes: number;
  readonly size: number;
}

/** What became of one layer. */
export interface LayerReport {
  /** Digest of the manifest in the source. */
  readonly manifest: string;
  /** Position in that manifest, from 0. */
  readonly layer: number;
  /**
   * `encrypted`, `decrypted` or `rewrapped`: what was asked for. `kept`: it was not meant, or was encrypted already. `other`: it is no part
   * of a file system, as provenance is none.
   */
  readonly state: 'encrypted' | 'decrypted' | 'rewrapped' | 'kept' | 'other';
  /** Of the layer in the target. */
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** What became of an image. */
export interface ImageReport {
  /** Media type, digest and size of the manifest or index in the target. */
  readonly descriptor: { readonly mediaType: string; readonly digest: string; readonly size: number };
  /** The same of what it was made from. */
  readonly source: { readonly mediaType: string; readonly digest: string; readonly size: number };
  /** Of every platform, in the order of the index. */
  readonly layers: readonly LayerReport[];
}

/**
 * Which image is meant and where the new one goes. `signal` ends all of it; `timeoutMs` is for each request, and for each layer, which has an hour
 * without it.
 */
export interface ImageOptions extends CallOptions {
  /** Tag or digest in the source; default: what the source was opened with. */
  readonly from?: string;
  /** Tag in the target; default: none, the image is reached by digest. */
  readonly tag?: string;
  /** Platforms of an index (`linux/arm64`); the target's index lists no others. Default: all of them. */
  readonly platforms?: readonly string[];
  /** What nobody can prove and approvers are shown as such: reference, pipeline, reason. */
  readonly claims?: Claims;
  /** Layers that are worked on at once; default 3. */
  readonly parallel?: number;
  /** Called after each piece of a layer. */
  readonly onProgress?: (progress: LayerProgress) => void;
}

/** Judges the manifest of an image before anything else happens; throws what the caller of the image call shall see. */
export type VerifyImage = (image: ResolvedManifest, options: CallOptions) => Promise<void>;

/** Who opens an image, and what must hold before anybody is asked to. */
export interface OpenOptions extends ImageOptions {
  /** Tried in this order for each layer. */
  readonly openers: readonly Opener[];
  /** Judges the manifest or index, signature and all, before any key is used and anybody asked to approve. Default: no judgement. */
  readonly verify?: VerifyImage;
  /**
   * Layers that must be encrypted, in every manifest of every platform that is meant: all (`true`, the default), some by their position, or none.
   * Content that is no part of a file system is not meant.
   */
  readonly requireEncrypted?: boolean | readonly number[];
  /** Called while people decide on the use of a key. */
  readonly onApproval?: (state: OperationState) => void;
  /** Where the image is, and whether `verify` stands for a trusted signature: told to the guards of keys with its digest and the number of its layers. */
  readonly about?: Pick<SecretSource, 'repository' | 'tag' | 'trusted'>;
  /** Where the new image goes, as guards of keys are told. */
  readonly target?: SigningTarget;
}

const names = ['signal', 'timeoutMs', 'logger', 'from', 'tag', 'platforms', 'claims', 'parallel', 'onProgress'];

/** Refuses bad options of any image call. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkImageOptions(where: string, options: ImageOptions, others: readonly string[]): void {
  if (typeof options !== 'object' || options === null) invalidArgument(`${where}: options are an object`);
  knownOptions(where, options, [...names, ...others]);
  const { parallel = 1, onProgress } = options;
  if (!Number.isSafeInteger(parallel) || parallel < 1 || parallel > 64) invalidArgument('parallel is a number from 1 to 64');
  if (onProgress !== undefined && typeof onProgress !== 'function') invalidArgument('onProgress is a function');
}

/** Names of what `OpenOptions` adds. */
const openNames = ['openers', 'verify', 'requireEncrypted', 'onApproval', 'about', 'target'];

/** Refuses bad options of a call that opens an image. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkOpenOptions(where: string, options: OpenOptions, others: readonly string[] = []): void {
  checkImageOptions(where, options, [...openNames, ...others]);
  const { openers, verify, requireEncrypted, onApproval } = options;
  if (!Array.isArray(openers)) invalidArgument(`${where}: openers are a list`);
  if (typeof requireEncrypted !== 'boolean') checkSelection('requireEncrypted', requireEncrypted);
  for (const seam of [verify, onApproval])
    if (seam !== undefined && typeof seam !== 'function') invalidArgument(`${where}: verify and onApproval are functions`);
}

/** The part of the options that goes with every request. */
export function requestOptions({ signal, timeoutMs, logger }: CallOptions): CallOptions {
  return { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }), ...(logger && { logger }) };
}

/** Tells a caller how far one layer is. */
export const progressOf =
  (tell: (progress: LayerProgress) => void, image: ResolvedManifest, { size }: Descriptor, layer: number) =>
  (bytes: number): void =>
    tell({ manifest: image.descriptor.digest, layer, bytes, size });
