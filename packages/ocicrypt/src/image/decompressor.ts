import { SignError } from '@securosys/core';

/** Takes compressed bytes and hands on what comes out of them. */
export interface Decompressor {
  /** Resolves when `piece` is used up and what it gave was handed on. @throws SignError `ERR_MALFORMED`, and what the receiver throws */
  write(piece: Uint8Array): Promise<void>;
  /** Refuses a stream that is not at its end. */
  end(): Promise<void>;
  close(): void;
}

/** Bytes that come out at once; each has its memory anew, which should fit into what the processor keeps near. */
const chunkSize = 32 * 1024;

type Unpacking = NodeJS.ReadWriteStream & { destroy(error?: Error): unknown };

/** Node has zstd since 22.15 and 23.8; the types here are those of Node 20. */
interface WithZstd {
  readonly createZstdDecompress?: (options: { chunkSize: number }) => Unpacking;
}

function open(compression: 'gzip' | 'zstd'): Unpacking {
  const zlib = process.getBuiltinModule('node:zlib');
  if (compression === 'gzip') return zlib.createGunzip({ chunkSize });
  const { createZstdDecompress } = zlib as WithZstd;
  if (createZstdDecompress) return createZstdDecompress({ chunkSize });
  throw new SignError('ERR_CAPABILITY_MISSING', 'layers in zstd are unpacked by Node.js 22.15 and later only');
}

/** @param receive called with each piece that comes out; what it throws ends the work */
export function startDecompressor(compression: 'gzip' | 'zstd', receive: (bytes: Uint8Array) => void): Decompressor {
  const stream = open(compression);
  let failure: unknown;
  const fail = (error: unknown) => {
    failure ??= SignError.is(error)
      ? error
      : new SignError('ERR_MALFORMED', `a layer is no sound ${compression}`, { cause: error });
  };
  stream.on('data', (bytes: Uint8Array) => {
    try {
      if (failure === undefined) receive(bytes);
    } catch (error) {
      fail(error);
      stream.destroy();
    }
  });
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
    end: () =>
      failure !== undefined
        ? Promise.reject(failure)
        : settled((done) => {
            stream.once('end', () => done());
            stream.end();
          }),
    close: () => void stream.destroy(),
  };
}
