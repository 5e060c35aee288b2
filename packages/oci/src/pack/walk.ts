import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { invalidArgument, SignError, sanitizeText } from '@securosys/core';

export interface PackedEntry {
  /** Path inside the layer, with slashes. */
  readonly name: string;
  /** Path on this machine. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  readonly mode: number;
  /** Bytes of a file. */
  readonly size: number;
  readonly linkname?: string;
}

/** Everything below a folder, parents first, in the order of UTF-16 code units: the same on every machine. Links are kept as links. */
export async function* walkFolder(folder: string, prefix = ''): AsyncGenerator<PackedEntry> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new SignError('ERR_STORE', `cannot list the folder ${sanitizeText(folder)}`, { cause: error });
  });
  for (const name of names.sort()) {
    const path = join(folder, name);
    const inside = prefix + name;
    const stat = await lstat(path);
    if (stat.isSymbolicLink())
      yield { name: inside, path, type: 'symlink', mode: 0o777, size: 0, linkname: await readlink(path) };
    else if (stat.isFile()) yield { name: inside, path, type: 'file', mode: stat.mode & 0o111 ? 0o755 : 0o644, size: stat.size };
    else if (stat.isDirectory()) {
      yield { name: `${inside}/`, path, type: 'directory', mode: 0o755, size: 0 };
      yield* walkFolder(path, `${inside}/`);
    } else invalidArgument(`${sanitizeText(path)} is neither file, folder nor link`);
  }
}
