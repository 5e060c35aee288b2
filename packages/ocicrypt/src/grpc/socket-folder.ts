import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { invalidArgument, SignError } from '@securosys/core';

const code = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Whether somebody answers on a socket. */
const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/**
 * Makes room for a socket that nobody else can reach (S15): its folder is this user's own, with mode 0700, and is made when it is not
 * there. A socket that a process left behind is removed; one that is served is not.
 * @throws SignError `ERR_INVALID_ARGUMENT` for a folder that is open to others or a path that is no socket; `ERR_CONFLICT` when the socket
 * is served
 */
export async function prepareSocket(path: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { mode, uid } = await lstat(folder);
  if ((mode & 0o170000) !== 0o040000 || (mode & 0o077) !== 0 || uid !== process.getuid?.())
    invalidArgument('the folder of the socket is not a folder of this user that nobody else can enter (mode 0700)');
  const found = await lstat(path).catch((error: unknown) => {
    if (code(error) !== 'ENOENT') throw error;
    return undefined;
  });
  if (!found) return;
  if (!found.isSocket()) invalidArgument('there is something else than a socket where the socket should be');
  if (await answers(path)) throw new SignError('ERR_CONFLICT', 'a key provider serves this socket already');
  await rm(path);
}

/** Only the user that serves it may connect. */
export async function closeSocketToOthers(path: string): Promise<void> {
  await chmod(path, 0o600);
}
