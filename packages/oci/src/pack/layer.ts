import { createHash, type Hash } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Descriptor, SignError, sanitizeText } from '@securosys/core';
import { temporaryName } from '../layout/files.js';
import { blobPath, ensureBlobFolder } from '../layout/store.js';
import { mediaTypes } from '../media-types.js';
import { type PackedEntry, walkFolder } from './walk.js';

export interface PackedLayer {
  readonly descriptor: Descriptor;
  /** Digest of the tar before compression. */
  readonly diffId: string;
}

function hashing(hash: Hash, count: (bytes: number) => void = () => {}): Transform {
  return new Transform({
    transform(chunk: Uint8Array, _, done) {
      hash.update(chunk);
      count(chunk.byteLength);
      done(null, chunk);
    },
  });
}

/** Streams a folder into one gzip-compressed tar layer of the layout, in constant memory. The same files give the same bytes. */
export async function packLayer(folder: string, layout: string): Promise<PackedLayer> {
  const [{ pack: createPack }, { createGzip }] = await Promise.all([import('tar-stream'), import('node:zlib')]);
  await ensureBlobFolder(layout, 'sha256');
  const temporary = temporaryName(blobPath(layout, `sha256:${'0'.repeat(64)}`));
  const tar = createPack();
  const plain = createHash('sha256');
  const packed = createHash('sha256');
  let size = 0;
  const count = (bytes: number) => {
    size += bytes;
  };
  const fill = async () => {
    try {
      for await (const entry of walkFolder(folder)) await addEntry(tar, entry);
      tar.finalize();
    } catch (error) {
      tar.destroy(error instanceof Error ? error : new Error('packing failed'));
      throw error;
    }
  };
  try {
    const write = pipeline(
      tar,
      hashing(plain),
      createGzip({ level: 9 }),
      hashing(packed, count),
      createWriteStream(temporary, { flags: 'wx', mode: 0o644 }),
    );
    // When both fail, the reason lies where the files are read.
    const [filled, written] = await Promise.allSettled([fill(), write]);
    if (filled.status === 'rejected') throw filled.reason;
    if (written.status === 'rejected') throw written.reason;
    const digest = `sha256:${packed.digest('hex')}`;
    await rename(temporary, blobPath(layout, digest));
    return { descriptor: { mediaType: mediaTypes.layerTarGzip, digest, size }, diffId: `sha256:${plain.digest('hex')}` };
  } catch (error) {
    await rm(temporary, { force: true });
    throw SignError.is(error) ? error : new SignError('ERR_STORE', `cannot pack ${sanitizeText(folder)}`, { cause: error });
  }
}

type Pack = ReturnType<typeof import('tar-stream').pack>;

/** Owner and times are fixed: they would make every build another image. */
async function addEntry(tar: Pack, entry: PackedEntry): Promise<void> {
  const header = {
    name: entry.name,
    type: entry.type,
    mode: entry.mode,
    mtime: new Date(0),
    uid: 0,
    gid: 0,
    uname: '',
    gname: '',
  };
  if (entry.type !== 'file') {
    await new Promise<void>((resolve, reject) => {
      tar.entry({ ...header, ...(entry.linkname !== undefined && { linkname: entry.linkname }) }, (error) =>
        error ? reject(error) : resolve(),
      );
    });
    return;
  }
  // No-follow: between the look and the opening the file may have become a link.
  const file = await open(entry.path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  await pipeline(file.createReadStream(), tar.entry({ ...header, size: entry.size }));
}
