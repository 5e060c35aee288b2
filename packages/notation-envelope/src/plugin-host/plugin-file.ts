import { constants, type Stats } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { invalidArgument, nodeFiles, SignError, sanitizeText } from '@securosys/core';
import { isPluginName } from '../evaluation/verification-plugin-name.js';

/** @throws SignError `ERR_INVALID_ARGUMENT` for a text that no plugin may be called by */
export function checkPluginName(name: string): string {
  if (typeof name === 'string' && isPluginName(name)) return name;
  return invalidArgument(`no plugin may be called '${sanitizeText(name, 80)}'`);
}

/** The folder that plugins lie in, which must not depend on where a program was started. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkPluginFolder(folder: string): string {
  return typeof folder === 'string' && isAbsolute(folder)
    ? folder
    : invalidArgument('the folder of the plugins is no absolute path');
}

async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await nodeFiles().lstat(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new SignError('ERR_STORE', 'the folder of a plugin cannot be read', { cause: error });
  }
}

function refused(name: string, why: string): never {
  throw new SignError('ERR_STORE', `plugin ${name}: ${why}`);
}

/** Anybody could put another program there. Windows says nothing with these bits. */
const isOpenToAll = ({ mode }: Stats): boolean => process.platform !== 'win32' && (mode & 0o002) !== 0;

/**
 * The executable of a plugin, `{folder}/plugins/{name}/notation-{name}` (`notation.md` §17.1), or `undefined` when there is none. A
 * folder and a regular file: links are not followed, unlike in Notation, below `folder` itself.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_STORE` for what lies there and may not be run
 */
export async function pluginFile(folder: string, name: string): Promise<string | undefined> {
  const plugins = join(folder, 'plugins');
  const directory = join(plugins, checkPluginName(name));
  const above = await statsOf(plugins);
  const inside = await statsOf(directory);
  if (!above || !inside) return undefined;
  if (!above.isDirectory() || isOpenToAll(above))
    refused(name, 'the folder of all plugins is none, or everybody may write to it');
  if (!inside.isDirectory() || isOpenToAll(inside)) refused(name, 'its folder is none, or everybody may write to it');
  const path = join(directory, `notation-${name}${process.platform === 'win32' ? '.exe' : ''}`);
  const file = await statsOf(path);
  if (!file) return undefined;
  if (!file.isFile() || isOpenToAll(file)) refused(name, 'its executable is no regular file, or everybody may write to it');
  try {
    await nodeFiles().access(path, constants.X_OK);
  } catch (cause) {
    throw new SignError('ERR_STORE', `plugin ${name}: its file may not be executed`, { cause });
  }
  return path;
}
