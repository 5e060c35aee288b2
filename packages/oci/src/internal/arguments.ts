import { type Descriptor, invalidArgument } from '@securosys/core';
import { parseDigest } from '../digest.js';

/**
 * Refuses what callers without a type checker pass for a descriptor.
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_MALFORMED` for a digest outside the grammar
 */
export function checkDescriptor(value: Descriptor): void {
  const { mediaType, digest, size } = value ?? {};
  if (typeof mediaType !== 'string' || typeof digest !== 'string' || !Number.isSafeInteger(size) || size < 0)
    invalidArgument('a descriptor with media type, digest and size is needed');
  parseDigest(digest);
}

/** Refuses anything but bytes. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkBytes(value: Uint8Array): void {
  if (!(value instanceof Uint8Array)) invalidArgument('a Uint8Array is needed');
}

/** Refuses a cap that would let everything pass. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkMaxBytes(value: number): void {
  if (typeof value !== 'number' || !(value >= 0)) invalidArgument('maxBytes is a number of bytes, at least 0');
}
