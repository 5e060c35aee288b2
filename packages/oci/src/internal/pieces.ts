import { invalidArgument } from '@securosys/core';
import type { Call } from '@securosys/transport';
import { checkBytes } from './arguments.js';

/** Content in pieces: those of a file, of a body, or a list of byte arrays. */
export type BlobPieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Content as callers hand it in: pieces, or a function that begins them anew, for registries that forget what they were sent. */
export type BlobSource = BlobPieces | (() => BlobPieces);

/** Refuses what cannot be read piece by piece; bytes themselves are no pieces. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkSource(source: BlobSource): void {
  if (typeof source !== 'function') checkPieces(source);
}

function checkPieces(given: BlobPieces): BlobPieces {
  const sound =
    typeof given === 'object' &&
    given !== null &&
    !ArrayBuffer.isView(given) &&
    (Symbol.asyncIterator in given || Symbol.iterator in given);
  return sound
    ? given
    : invalidArgument('the content of a blob is an (async) iterable of Uint8Array, or a function that returns one');
}

/** The pieces of a caller's source, within the deadline of the call; the source is closed when nobody wants more. */
export async function* pieces(call: Call, source: BlobSource): AsyncGenerator<Uint8Array, void> {
  const given = checkPieces(typeof source === 'function' ? source() : source);
  const iterator = Symbol.asyncIterator in given ? given[Symbol.asyncIterator]() : given[Symbol.iterator]();
  let open = true;
  try {
    for (;;) {
      const next = await call.race(Promise.resolve(iterator.next()));
      call.check();
      if (next.done) {
        open = false;
        return;
      }
      checkBytes(next.value);
      yield next.value;
    }
  } finally {
    // A source that hangs may never confirm; nobody waits for it.
    if (open) void Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}

/** The same content in pieces of exactly `size` bytes, the last one shorter. Each piece is valid until the next is asked for. */
export async function* inChunks(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array, void> {
  const chunk = new Uint8Array(size);
  let filled = 0;
  for await (const part of source) {
    for (let at = 0; at < part.byteLength; ) {
      const taken = part.subarray(at, at + size - filled);
      chunk.set(taken, filled);
      filled += taken.byteLength;
      at += taken.byteLength;
      if (filled === size) {
        yield chunk;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled);
}
