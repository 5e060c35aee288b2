import type { Descriptor } from '@securosys/core';
import type { Call } from '@securosys/transport';
import { parseDigest } from '../digest.js';
import { type BlobSource, pieces } from '../internal/pieces.js';
import { runningCheck, runningDigest } from '../running-digest.js';
import { openPlainFile, realFolder, writeWhole } from './files.js';
import { blobFolders, blobPath, ensureBlobFolder } from './store.js';

const pieceBytes = 64 * 1024;

/** The content of a blob in pieces of their own memory; that it is the descriptor's is known at the end. */
export async function* readBlobStream(
  call: Call,
  layout: string,
  blob: Pick<Descriptor, 'digest' | 'size'>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void> {
  for (const folder of blobFolders(layout, blob.digest)) await call.step(realFolder(folder));
  const check = runningCheck(blob, 'the blob in the image layout');
  const { file } = await openPlainFile(blobPath(layout, blob.digest), maxBytes);
  try {
    for (;;) {
      const piece = new Uint8Array(pieceBytes);
      const { bytesRead } = await call.step(file.read(piece, 0, pieceBytes, check.size));
      if (bytesRead === 0) break;
      const part = bytesRead === pieceBytes ? piece : piece.slice(0, bytesRead);
      check.update(part);
      yield part;
    }
  } finally {
    await file.close();
  }
  check.finish();
}

/** Stores what comes in pieces under its digest; nothing is visible before all of it has come and is what was expected. */
export async function writeBlobStream(
  call: Call,
  layout: string,
  source: BlobSource,
  expected: Pick<Descriptor, 'digest' | 'size'> | undefined,
): Promise<{ digest: string; size: number }> {
  const algorithm = expected ? parseDigest(expected.digest).algorithm : 'sha256';
  const folder = await ensureBlobFolder(layout, algorithm);
  const running = runningDigest(algorithm);
  const check = expected && runningCheck(expected, 'the content of the blob');
  let digest = '';
  await writeWhole(`${folder}/incoming`, async (file) => {
    for await (const part of pieces(call, source)) {
      running.update(part);
      check?.update(part);
      await file.writeFile(part);
    }
    check?.finish();
    digest = running.digest();
    return blobPath(layout, digest);
  });
  return { digest, size: running.size };
}
