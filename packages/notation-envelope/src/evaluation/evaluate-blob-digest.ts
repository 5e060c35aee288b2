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

/** What a promise comes to, unless the signal comes first: some sources never answer. Listeners do not pile up over many pieces. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    if (signal.aborted) stop();
  });
}

/** Hands each piece to `take`. A source that is left early is told so, and its answer to that is nobody's concern. */
async function eachPiece(
  blob: AsyncIterable<unknown>,
  signal: AbortSignal | undefined,
  take: (piece: unknown) => void,
): Promise<void> {
  const pieces = blob[Symbol.asyncIterator]();
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await orAborted(Promise.resolve(pieces.next()), signal);
      if (done) return;
      take(value);
    }
  } catch (error) {
    new Promise((resolve) => resolve(pieces.return?.())).catch(() => undefined);
    throw error;
  }
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
  signal?.throwIfAborted();
  if ('digest' in blob) {
    const { digest, size } = await orAborted(blob.digest(algorithm, signal ? { signal } : {}), signal);
    if (!(digest instanceof Uint8Array) || !Number.isSafeInteger(size)) invalidArgument('the digest of the blob is none');
    return { digest: `${algorithm}:${hexText(digest)}`, size };
  }
  const hash = nodeCrypto().createHash(algorithm);
  let size = 0;
  const take = (piece: unknown) => {
    if (!(piece instanceof Uint8Array)) return invalidArgument('a piece of the blob is no Uint8Array');
    hash.update(piece);
    size += piece.byteLength;
  };
  if (blob instanceof Uint8Array) take(blob);
  else await eachPiece(blob, signal, take);
  return { digest: `${algorithm}:${hash.digest('hex')}`, size };
}
