import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { invalidArgument, SignError, sanitizeText } from '@securosys/core';

/** Largest file that is read, in bytes, unless a caller says more. */
const usualMaxBytes = 1024 * 1024;

/** Who else may touch a file: `private` files hold secrets, `own` ones decide what happens. */
export type FileCare = 'private' | 'own' | 'any';

/** What is read of a file that somebody names at the moment, and not a configuration once for all. */
export interface ReadLimits {
  /** Default 1 MiB. */
  readonly maxBytes?: number;
  /** Goes where a link leads. Default: refused. */
  readonly followLinks?: boolean;
}

const forbidden: Readonly<Record<FileCare, number>> = { private: 0o077, own: 0o022, any: 0 };

/** The platform's name of a failure. */
export const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** A path that does not depend on where the program was started (S28). @throws SignError `ERR_INVALID_ARGUMENT` */
export function absolutePath(path: string, what: string): string {
  return isAbsolute(path) ? path : invalidArgument(`${what} is not an absolute path`);
}

/**
 * A whole regular file; links are not followed. Read in one go: what reads it asynchronously takes a program of one call longer to load than
 * its files take to be read.
 * @returns `undefined` when there is none
 * @throws SignError `ERR_INVALID_ARGUMENT` for a relative path, `ERR_STORE` when it cannot be read or others may touch it, `ERR_LIMIT`
 */
export async function readOwnFile(
  path: string,
  what: string,
  care: FileCare,
  { maxBytes = usualMaxBytes, followLinks = false }: ReadLimits = {},
): Promise<Uint8Array | undefined> {
  const shown = sanitizeText(absolutePath(path, what), 400);
  const flags = constants.O_RDONLY | ((!followLinks && constants.O_NOFOLLOW) || 0) | (constants.O_NONBLOCK ?? 0);
  let file: number;
  try {
    file = openSync(path, flags);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    if (codeOf(cause) === 'ELOOP')
      throw new SignError('ERR_STORE', `${what} is a link, and links are not followed: ${shown}`, { cause });
    throw new SignError('ERR_STORE', `${what} cannot be read: ${shown}`, { cause });
  }
  try {
    const stats = fstatSync(file);
    const { size, mode, uid } = stats;
    if (!stats.isFile()) throw new SignError('ERR_STORE', `${what} is no regular file: ${shown}`);
    const posix = process.platform !== 'win32';
    if (posix && (mode & forbidden[care]) !== 0)
      throw new SignError('ERR_STORE', `other users may touch ${what}: chmod ${care === 'private' ? '600' : 'go-w'} ${shown}`);
    const mine = process.getuid === undefined || uid === process.getuid() || uid === 0;
    if (care !== 'any' && !mine) throw new SignError('ERR_STORE', `${what} belongs to another user: ${shown}`);
    if (size > maxBytes) throw new SignError('ERR_LIMIT', `${what} is over ${maxBytes} bytes: ${shown}`);
    return new Uint8Array(readFileSync(file));
  } finally {
    closeSync(file);
  }
}

/** {@link readOwnFile} of a file that has to be there. @throws SignError also `ERR_NOT_FOUND` */
export async function readNamedFile(path: string, what: string, care: FileCare, limits: ReadLimits = {}): Promise<Uint8Array> {
  const bytes = await readOwnFile(path, what, care, limits);
  if (!bytes) throw new SignError('ERR_NOT_FOUND', `${what} is not there: ${sanitizeText(path, 400)}`);
  return bytes;
}
