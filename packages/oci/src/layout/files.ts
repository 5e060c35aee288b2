import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nodeCrypto, nodeFiles, SignError, sanitizeText } from '@securosys/core';

// Windows has neither flag; there lstat alone has to do.
const readFlags = (): number => {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = nodeFiles().constants;
  return O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
};

function storeError(path: string, why: string, cause?: unknown): SignError {
  return new SignError('ERR_STORE', `image layout: ${sanitizeText(path)} ${why}`, cause === undefined ? {} : { cause });
}

/** The `code` of a file system error. */
export function errno(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Refuses a folder that is a symbolic link: a layout is read and written inside itself only (S29). */
export async function realFolder(path: string): Promise<void> {
  const stat = await nodeFiles()
    .lstat(path)
    .catch((error: unknown) => {
      if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR')
        throw new SignError('ERR_NOT_FOUND', `image layout: no folder ${sanitizeText(path)}`);
      throw storeError(path, 'cannot be looked at', error);
    });
  if (!stat.isDirectory()) throw storeError(path, 'is not a plain folder');
}

/**
 * Opens a regular file without following a link; whoever does closes it.
 * @returns the file and its size in bytes
 * @throws SignError `ERR_NOT_FOUND`, `ERR_STORE` for links and special files, `ERR_LIMIT`
 */
export async function openPlainFile(path: string, maxBytes: number): Promise<{ file: FileHandle; size: number }> {
  let file: FileHandle;
  try {
    if ((await nodeFiles().lstat(path)).isSymbolicLink()) throw storeError(path, 'is a symbolic link');
    file = await nodeFiles().open(path, readFlags());
  } catch (error) {
    if (SignError.is(error)) throw error;
    if (errno(error) === 'ENOENT') throw new SignError('ERR_NOT_FOUND', `image layout: no file ${sanitizeText(path)}`);
    throw storeError(path, errno(error) === 'ELOOP' ? 'is a symbolic link' : 'cannot be opened', error);
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw storeError(path, 'is not a regular file');
    if (stat.size > maxBytes) throw new SignError('ERR_LIMIT', `image layout: ${sanitizeText(path)} is over ${maxBytes} bytes`);
    return { file, size: stat.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Reads a regular file without following a link.
 * @throws SignError `ERR_NOT_FOUND`, `ERR_STORE` for links and special files, `ERR_LIMIT`
 */
export async function readPlainFile(path: string, maxBytes: number): Promise<Uint8Array> {
  const { file, size } = await openPlainFile(path, maxBytes);
  try {
    // Exactly the size seen above: a file that grows meanwhile cannot take more memory.
    const bytes = new Uint8Array(size);
    let at = 0;
    while (at < bytes.byteLength) {
      const { bytesRead } = await file.read(bytes, at, bytes.byteLength - at, at);
      if (bytesRead === 0) throw storeError(path, 'changed while it was read');
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** A name in the same folder that nobody else uses, so that a rename stays on one file system (CVE-2024-51491). */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${nodeCrypto().randomUUID()}.tmp`);
}

/**
 * Writes a file whole or not at all: exclusive temporary file (0644) in the same folder, then rename.
 * @param content bytes, or what writes them and says where in the folder the file belongs after all
 */
export async function writeWhole(
  path: string,
  content: Uint8Array | ((file: FileHandle) => Promise<string>),
  beforeRename?: () => Promise<void>,
): Promise<void> {
  let target = path;
  const temporary = temporaryName(path);
  try {
    const file = await nodeFiles().open(temporary, 'wx', 0o644);
    try {
      if (typeof content === 'function') target = await content(file);
      else await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await beforeRename?.();
    await nodeFiles().rename(temporary, target);
  } catch (error) {
    await nodeFiles().rm(temporary, { force: true });
    // What a source of content throws is its caller's.
    throw SignError.is(error) || errno(error) === undefined ? error : storeError(path, 'cannot be written', error);
  }
}

/**
 * Writes a file whole unless somebody else made one: of two writers at once the first one stays, and nobody reads half a file.
 * @throws SignError `ERR_STORE`
 */
export async function writeNew(path: string, content: Uint8Array): Promise<void> {
  const { link, copyFile, constants } = nodeFiles();
  const temporary = temporaryName(path);
  try {
    await nodeFiles().writeFile(temporary, content, { flag: 'wx', mode: 0o644 });
    // Some file systems have no links.
    await link(temporary, path).catch((error: unknown) => {
      if (errno(error) === 'EEXIST') throw error;
      return copyFile(temporary, path, constants.COPYFILE_EXCL);
    });
  } catch (error) {
    if (errno(error) !== 'EEXIST') throw storeError(path, 'cannot be written', error);
  } finally {
    await nodeFiles().rm(temporary, { force: true });
  }
}

/** Creates a folder (0755) unless it is there. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await nodeFiles().mkdir(path, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw storeError(path, 'cannot be created', error);
  }
}
