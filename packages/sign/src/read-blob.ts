import { type CallOptions, type Clock, invalidArgument, ownBytes, SignError, type Signer } from '@securosys/core';
import { Deadline } from './deadline.js';

interface ReadOptions extends CallOptions {
  readonly signer: Signer;
  readonly clock?: Clock;
}

/** Reads a blob within a deadline: a stream that never ends keeps nobody. */
export async function readUntil<T>(options: ReadOptions, read: (call: CallOptions) => Promise<T>): Promise<T> {
  const deadline = new Deadline('reading the blob', options.clock ?? options.signer.clock, 600_000, options);
  try {
    return await deadline.race(read(deadline.remaining()));
  } finally {
    deadline.end();
  }
}

/**
 * The bytes of a blob, in memory of their own.
 * @throws SignError `ERR_LIMIT` for more than `maxBytes`, `ERR_INVALID_ARGUMENT`, what the stream throws
 */
export async function wholeBlob(
  source: Uint8Array | AsyncIterable<Uint8Array>,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const tooLarge = () => new SignError('ERR_LIMIT', `the blob has over ${maxBytes} bytes, and cosign signs it whole`);
  if (source instanceof Uint8Array) {
    if (source.byteLength > maxBytes) throw tooLarge();
    return ownBytes(source);
  }
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of source) {
    signal?.throwIfAborted();
    if (!(piece instanceof Uint8Array)) return invalidArgument('the stream gives something else than bytes');
    size += piece.byteLength;
    if (size > maxBytes) throw tooLarge();
    pieces.push(ownBytes(piece));
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}
