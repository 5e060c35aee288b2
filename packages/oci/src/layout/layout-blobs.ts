import type { FileHandle } from 'node:fs/promises';
import type { Descriptor } from '@securosys/core';
import { checkDescriptor } from '../internal/arguments.js';
import type { Repository } from '../repository.js';
import { openPlainFile, realFolder, writeWhole } from './files.js';
import { LayoutRepository } from './layout-repository.js';
import { blobFolders, blobPath, ensureBlobFolder, ensureLayout } from './store.js';

/**
 * Blobs of an image layout as open files: for work on large ones that reads and hashes them itself, in threads of its own. What is read is **not
 * checked** here.
 */
export interface LayoutBlobs {
  /**
   * Opens a blob for as long as `use` runs.
   * @throws SignError `ERR_NOT_FOUND`, `ERR_STORE` for links and special files, `ERR_LIMIT` when it has more bytes than the descriptor says
   */
  read<T>(blob: Descriptor, use: (file: FileHandle) => Promise<T>): Promise<T>;
  /**
   * Stores a blob. Nobody finds it before `fill` has written it and said its digest; when `fill` throws, what it wrote is gone.
   * @throws SignError `ERR_STORE`, `ERR_MALFORMED` for a bad digest, and what `fill` throws
   */
  write(fill: (file: FileHandle) => Promise<string>): Promise<void>;
}

/** The blobs of a repository as files; `undefined` for registries, which have none. */
export function layoutBlobs(repository: Repository): LayoutBlobs | undefined {
  if (!(repository instanceof LayoutRepository)) return undefined;
  const layout = repository.name;
  return {
    async read(blob, use) {
      checkDescriptor(blob);
      for (const folder of blobFolders(layout, blob.digest)) await realFolder(folder);
      const { file } = await openPlainFile(blobPath(layout, blob.digest), blob.size);
      try {
        return await use(file);
      } finally {
        await file.close();
      }
    },
    async write(fill) {
      await ensureLayout(layout);
      const folder = await ensureBlobFolder(layout, 'sha256');
      await writeWhole(`${folder}/incoming`, async (file) => blobPath(layout, await fill(file)));
    },
  };
}
