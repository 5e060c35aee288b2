import { type Descriptor, type HashName, invalidArgument } from '@securosys/core';
import { checkedImageDigest } from '../image-digest.js';
import { isMediaType } from './restored-json.js';
import type { CosignShape } from './signature.js';

/** What all that is signed about an image may be told. */
export interface CosignSigningOptions {
  /**
   * How the signature is stored. Both by default: from 2.6 on, cosign reads no legacy signature of an image that has any bundle, and older
   * ones, and many admission controllers, read nothing else (`cosign.md` §1).
   */
  shapes?: readonly CosignShape[];
  /** Hash of the message: must be named for P-384 and P-521, see `cosignAlgorithm`. */
  digestAlgorithm?: HashName;
}

/** In the order of the parts, each once. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkedShapes(shapes: unknown = ['legacy', 'bundle']): readonly CosignShape[] {
  if (!Array.isArray(shapes) || shapes.length === 0 || shapes.some((shape) => shape !== 'legacy' && shape !== 'bundle'))
    return invalidArgument("shapes is not a list of 'legacy', 'bundle' or both");
  return (['legacy', 'bundle'] as const).filter((shape) => shapes.includes(shape));
}

/** The image as artifacts keep it: annotations of a descriptor are not what is signed. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkedSubject(subject: Descriptor): Descriptor {
  if (typeof subject !== 'object' || subject === null) invalidArgument('there is no descriptor to be signed');
  const { mediaType, digest, size } = subject;
  if (!isMediaType(mediaType)) invalidArgument('the descriptor has no media type');
  if (!Number.isSafeInteger(size) || size < 0) invalidArgument('the descriptor has no size');
  return { mediaType, digest: checkedImageDigest(digest), size };
}
