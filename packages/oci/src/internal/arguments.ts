import { type Descriptor, invalidArgument } from '@securosys/core';
import { isMediaType } from '../descriptor.js';
import { parseDigest } from '../digest.js';
import { decodeManifest } from '../manifest.js';
import { isRepositoryName, isTag } from '../reference.js';
import type { PushBlobStreamOptions, TagContent, TagUpdate } from '../repository.js';

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

/** Refuses a media type that no reader of a descriptor would take. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkMediaType(value: string): void {
  if (!isMediaType(value)) invalidArgument('the media type of a blob is type/subtype, without parameters');
}

/** Refuses bad options for storing a blob. @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_MALFORMED` for a digest outside the grammar */
export function checkPush({ mountFrom, chunkBytes, expected, size }: PushBlobStreamOptions): void {
  if (mountFrom !== undefined && (typeof mountFrom !== 'string' || !isRepositoryName(mountFrom)))
    invalidArgument('mountFrom is the name of a repository, without the host');
  if (chunkBytes !== undefined && (!Number.isSafeInteger(chunkBytes) || chunkBytes < 1))
    invalidArgument('chunkBytes is a number of bytes, at least 1');
  if (size !== undefined && (!Number.isSafeInteger(size) || size < 0)) invalidArgument('size is a number of bytes');
  if (expected !== undefined) checkDescriptor({ mediaType: '', ...expected });
}

/** Refuses a cap that would let everything pass. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkMaxBytes(value: number): void {
  if (typeof value !== 'number' || !(value >= 0)) invalidArgument('maxBytes is a number of bytes, at least 0');
}

/** Refuses what an update of a tag may not give. @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_MALFORMED`, `ERR_LIMIT` for no sound manifest */
export function checkTagContent({ bytes, mediaType }: TagContent, maxBytes: number): void {
  checkBytes(bytes);
  decodeManifest(bytes, mediaType, maxBytes);
}

/** Refuses a bad tag and what is no function. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkTagUpdate(tag: string, update: TagUpdate): void {
  if (typeof tag !== 'string' || !isTag(tag)) invalidArgument('bad tag');
  if (typeof update !== 'function') invalidArgument('updateTag: update is a function');
}
