import { invalidArgument, knownOptions } from '@securosys/core';

/** How one layer is run through the cipher. */
export interface LayerStreamOptions {
  /** Ends the work; its reason is thrown as it is. */
  readonly signal?: AbortSignal;
  /** Told after each piece how many bytes are done. */
  readonly onProgress?: (bytes: number) => void;
}

/** Content in pieces, as a file, a body or a list of byte arrays gives them. */
export type LayerPieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Refuses what callers without a type checker pass. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkStream(
  where: string,
  source: LayerPieces,
  options: LayerStreamOptions,
  others: readonly string[] = [],
): void {
  knownOptions(where, options, ['signal', 'onProgress', ...others]);
  const iterable = typeof source === 'object' && source !== null && !ArrayBuffer.isView(source);
  if (!iterable || !(Symbol.asyncIterator in source || Symbol.iterator in source))
    invalidArgument(`${where}: the layer is an (async) iterable of Uint8Array`);
}

/** The pieces of a layer, until the caller wants no more. @throws SignError `ERR_INVALID_ARGUMENT` for what is no piece; the signal's reason */
export async function* watched(
  source: LayerPieces,
  { signal, onProgress }: LayerStreamOptions,
): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  signal?.throwIfAborted();
  for await (const piece of source) {
    signal?.throwIfAborted();
    if (!(piece instanceof Uint8Array)) invalidArgument('a piece of a layer is a Uint8Array');
    if (piece.byteLength === 0) continue;
    yield piece;
    bytes += piece.byteLength;
    onProgress?.(bytes);
  }
}
