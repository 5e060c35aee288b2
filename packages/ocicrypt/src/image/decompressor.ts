import { SignError } from '@securosys/core';
import { ZstdFrames } from './zstd-frames.js';

/** Takes compressed bytes and hands on what comes out of them. */
export interface Decompressor {
  /** Resolves when `piece` is used up and what it gave was handed on. @throws SignError `ERR_MALFORMED`, and what the receiver throws */
  write(piece: Uint8Array): Promise<void>;
  /** Refuses a stream that is not at its end. */
  end(): Promise<void>;
  close(): void;
}

/** Bytes that come out at once: fewer would mean more turns between threads than work. */
const chunkSize = 1024 * 1024;

/**
 * zstd, on the thread that calls. Newer runtimes have their own, which fails where a frame ends and another begins between two pieces, as layers
 * of several frames do.
 */
async function zstd(receive: (bytes: Uint8Array) => void): Promise<Decompressor> {
  const { Decompress } = await import('fzstd');
  const frames = new ZstdFrames();
  const unpack = new Decompress(receive);
  const push = (piece: Uint8Array, last: boolean) => {
    try {
      unpack.push(piece, last);
    } catch (error) {
      throw SignError.is(error) ? error : new SignError('ERR_MALFORMED', 'a layer is no sound zstd', { cause: error });
    }
  };
  return {
    async write(piece) {
      frames.write(piece);
      // It keeps what it cannot use yet, and the memory of the piece is used again.
      push(piece.slice(), false);
    },
    async end() {
      frames.end();
      push(new Uint8Array(0), true);
    },
    close: () => undefined,
  };
}

/** @param receive called with each piece that comes out; what it throws ends the work */
export async function startDecompressor(
  compression: 'gzip' | 'zstd',
  receive: (bytes: Uint8Array) => void,
): Promise<Decompressor> {
  return compression === 'gzip' ? gzip(receive) : zstd(receive);
}

function gzip(receive: (bytes: Uint8Array) => void): Decompressor {
  const stream = process.getBuiltinModule('node:zlib').createGunzip({ chunkSize });
  let failure: unknown;
  const fail = (error: unknown) => {
    failure ??= SignError.is(error) ? error : new SignError('ERR_MALFORMED', 'a layer is no sound gzip', { cause: error });
  };
  const take = (bytes: Uint8Array) => {
    try {
      if (failure === undefined) receive(bytes);
    } catch (error) {
      fail(error);
      stream.destroy();
    }
  };
  // Not before the stream has sent its thread to work on the next piece: what is made of this one takes as long as a third of that.
  stream.on('data', (bytes: Uint8Array) => queueMicrotask(() => take(bytes)));
  stream.on('error', fail);
  const settled = (work: (done: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => {
      // Whoever closes in the middle of a piece is not left waiting: the callback of a stream that was destroyed never comes.
      const closed = () => done(new Error('closed'));
      const done = (error?: Error | null) => {
        stream.removeListener('close', closed);
        if (failure !== undefined) reject(failure);
        else if (error) {
          fail(error);
          reject(failure);
        } else resolve();
      };
      stream.once('close', closed);
      work(done);
    });
  return {
    write: (piece) =>
      failure !== undefined ? Promise.reject(failure) : settled((done) => stream.write(piece, (error) => done(error))),
    async end() {
      if (failure !== undefined) throw failure;
      await settled((done) => {
        stream.once('end', () => done());
        stream.end();
      });
      // By now the last piece was taken too.
      if (failure !== undefined) throw failure;
    },
    close: () => void stream.destroy(),
  };
}
