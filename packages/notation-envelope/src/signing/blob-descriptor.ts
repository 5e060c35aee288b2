import { type Descriptor, invalidArgument, type KeySpec, knownOptions, signatureAlgorithmFor } from '@securosys/core';
import { hashOfAlgorithm, type NotaryAlgorithm } from '../envelope/notary-algorithms.js';
import { isMediaType } from '../envelope/payload.js';
import { type BlobSource, hashBlob, isBlobSource } from '../evaluation/evaluate-blob-digest.js';

/** How a blob is described for signing. */
export interface BlobDescriptorOptions {
  /** Kind of the key that will sign: its algorithm's hash is the blob's. */
  spec: KeySpec | undefined;
  /** Default `application/octet-stream`. */
  mediaType?: string;
  /** Stops reading the blob. */
  signal?: AbortSignal;
}

/**
 * What a detached signature of a blob is about (`notation.md` §12): media type, size, and the digest by the hash of the signing key.
 * Hand it to `notationJws.prepare` or `notationCose.prepare`.
 *
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs';
 * import { blobDescriptor } from '@securosys/notation-envelope';
 * const subject = await blobDescriptor(createReadStream('tool.tgz'), { spec: 'ec-p384', mediaType: 'application/gzip' });
 * ```
 * @param blob read once, and never held whole
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_ALGORITHM_UNSUPPORTED` for a key of another kind; what reading the blob throws;
 * `signal.reason` when aborted
 */
export async function blobDescriptor(blob: BlobSource, options: BlobDescriptorOptions): Promise<Descriptor> {
  knownOptions('blobDescriptor', options, ['spec', 'mediaType', 'signal']);
  const { spec, mediaType = 'application/octet-stream', signal } = options;
  if (!isBlobSource(blob)) invalidArgument('blob is neither bytes, nor a stream of them, nor something that has a digest');
  if (!isMediaType(mediaType)) invalidArgument('mediaType is not a media type without parameters');
  const hash = hashOfAlgorithm(signatureAlgorithmFor('notary', spec) as NotaryAlgorithm);
  return { mediaType, ...(await hashBlob(blob, hash, signal)) };
}
