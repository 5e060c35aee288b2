import { type HashName, hexText, invalidArgument, nodeCrypto } from '@securosys/core';

/** Somebody who hashes a blob where it lies. */
export interface BlobDigester {
  /** Hash of the whole blob, raw, and its length in bytes. */
  digest(
    algorithm: HashName,
    options?: { signal?: AbortSignal },
  ): Promise<{ readonly digest: Uint8Array; readonly size: number }>;
}

/** A blob: its bytes, its bytes piece by piece, or somebody who hashes it. */
export type BlobSource = Uint8Array | AsyncIterable<Uint8Array> | BlobDigester;

/** Whether a value is one of the three forms of a blob. */
export function isBlobSource(blob: unknown): blob is BlobSource {
  if (typeof blob !== 'object' || blob === null) return false;
  return blob instanceof Uint8Array || Symbol.asyncIterator in blob || 'digest' in blob;
}

/**
 * Digest text and size of a blob, read once and never held whole.
 * @throws SignError `ERR_INVALID_ARGUMENT`; what reading the blob throws; `signal.reason` when aborted
 */
export async function hashBlob(
  blob: BlobSource,
  algorithm: HashName,
  signal?: AbortSignal,
): Promise<{ readonly digest: string; readonly size: number }> {
  if ('digest' in blob) {
    const { digest, size } = await blob.digest(algorithm, signal ? { signal } : {});
    if (!(digest instanceof Uint8Array) || !Number.isSafeInteger(size)) invalidArgument('the digest of the blob is none');
    return { digest: `${algorithm}:${hexText(digest)}`, size };
  }
  const hash = nodeCrypto().createHash(algorithm);
  let size = 0;
  for await (const chunk of blob instanceof Uint8Array ? [blob] : blob) {
    signal?.throwIfAborted();
    if (!(chunk instanceof Uint8Array)) return invalidArgument('a piece of the blob is no Uint8Array');
    hash.update(chunk);
    size += chunk.byteLength;
  }
  return { digest: `${algorithm}:${hash.digest('hex')}`, size };
}
