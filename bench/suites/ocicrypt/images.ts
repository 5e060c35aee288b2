import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { type Descriptor, utf8Bytes } from '@securosys/core';
import { createOci, mediaTypes, type Repository } from '@securosys/oci';

export const mebibyte = 1024 * 1024;

/** What layers are made of: bytes that do not compress, or files as they lie in images. */
export type Content = 'random' | 'files';

interface Layer {
  readonly blob: Descriptor;
  readonly diffId: string;
}

/** Files that are on any Linux, one after the other. */
const systemFiles = ['-cf', '-', '--ignore-failed-read', '-C', '/usr', 'lib', 'bin', 'share'];
/** So much of them is compressed, and then repeated as a gzip of several members: compressing takes longer than everything that is measured. */
const unitBytes = 128 * mebibyte;

function* random(bytes: number): Generator<Uint8Array> {
  for (let left = bytes; left > 0; left -= mebibyte) yield randomFillSync(new Uint8Array(Math.min(mebibyte, left)));
}

async function* upTo(bytes: number, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const piece of source) {
    if (piece.byteLength >= left) return yield piece.subarray(0, left);
    left -= piece.byteLength;
    yield piece;
  }
}

async function* archive(bytes: number): AsyncGenerator<Uint8Array> {
  const tar: ChildProcess = spawn('tar', systemFiles, { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    yield* upTo(bytes, tar.stdout as Readable);
  } finally {
    tar.kill();
  }
}

const gzipped = (plain: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, level: number): AsyncIterable<Uint8Array> =>
  Readable.from(plain, { objectMode: false }).pipe(createGzip({ level, chunkSize: mebibyte }));

async function diffIdOf(compressed: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of Readable.from(compressed, { objectMode: false }).pipe(createGunzip({ chunkSize: mebibyte })))
    hash.update(piece);
  return `sha256:${hash.digest('hex')}`;
}

async function pushLayer(repository: Repository, folder: string, content: Content, bytes: number): Promise<Layer> {
  const push = (pieces: () => AsyncIterable<Uint8Array>) => repository.pushBlobStream(pieces, mediaTypes.layerTarGzip);
  const blobPath = (digest: string) => join(folder, 'blobs', digest.replace(':', '/'));
  if (content === 'random') {
    const blob = await push(() => gzipped(random(bytes), 0));
    return { blob, diffId: await diffIdOf(createReadStream(blobPath(blob.digest))) };
  }
  const unit = await push(() => gzipped(archive(Math.min(unitBytes, bytes)), 6));
  const path = blobPath(unit.digest);
  const { size } = await stat(path);
  const blob = await push(async function* () {
    for (let made = 0; made < bytes; made += size) yield* createReadStream(path, { highWaterMark: mebibyte });
  });
  return { blob, diffId: await diffIdOf(createReadStream(blobPath(blob.digest))) };
}

/**
 * Makes an image in a layout that is not there yet.
 * @param layers bytes of each layer as it is stored, in gzip
 * @returns digest of its manifest; its tag is `it`
 */
export async function makeImage(folder: string, content: Content, layers: readonly number[]): Promise<string> {
  const repository = createOci().open(`oci:${folder}`);
  const made: Layer[] = [];
  for (const bytes of layers) made.push(await pushLayer(repository, folder, content, bytes));
  const rootfs = { type: 'layers', diff_ids: made.map(({ diffId }) => diffId) };
  const image = utf8Bytes(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs }));
  const config = await repository.pushBlob(image, mediaTypes.imageConfig);
  const mediaType = mediaTypes.imageManifest;
  const manifest = { schemaVersion: 2, mediaType, config, layers: made.map(({ blob }) => blob) };
  const { digest } = await repository.pushManifest(utf8Bytes(JSON.stringify(manifest)), mediaType, { tag: 'it' });
  return digest;
}
