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
    const close = async () => iterator.return?.();
    if (open) void close().catch(() => undefined);
  }
}

/** Memory for bytes that come piece by piece: it grows with what arrives, and never to what somebody announced. */
export function growingBytes(limit: number) {
  let memory = new Uint8Array(0);
  let filled = 0;
  return {
    /** Takes as many bytes as there is room for below the limit, and says how many. */
    add(part: Uint8Array): number {
      const taken = part.subarray(0, limit - filled);
      const needed = filled + taken.byteLength;
      if (needed > memory.byteLength) {
        const larger = new Uint8Array(Math.min(limit, Math.max(needed, 2 * memory.byteLength)));
        larger.set(memory.subarray(0, filled));
        memory = larger;
      }
      memory.set(taken, filled);
      filled = needed;
      return taken.byteLength;
    },
    /** What was added so far, in the memory that is reused after `clear`. */
    view: () => memory.subarray(0, filled),
    clear() {
      filled = 0;
    },
  };
}

/** The same content in pieces of exactly `size` bytes, the last one shorter. Each piece is valid until the next is asked for. */
export async function* inChunks(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array, void> {
  const chunk = growingBytes(size);
  for await (const part of source) {
    for (let at = 0; at < part.byteLength; ) {
      at += chunk.add(part.subarray(at));
      if (chunk.view().byteLength < size) continue;
      yield chunk.view();
      chunk.clear();
    }
  }
  if (chunk.view().byteLength > 0) yield chunk.view();
}
