import { join } from 'node:path';
import { invalidArgument, type JsonObject, parseJsonObject } from '@securosys/core';
import { readNamedFile, readOwnFile } from '../files/read-file.js';
import { type Environment, stateFolders } from './folders.js';

/** Members whose values are secrets; a file that has one has to be this user's alone. */
const secretMembers = ['token', 'apiKeys', 'applicationKeyPair'];

/** Where a configuration may be. */
export interface ConfigPlaces {
  readonly env: Environment;
  /** Folder of the program itself; absent: not known. */
  readonly programFolder?: string;
  /** Path of the user's own, `config` in `pluginConfig`. */
  readonly path?: string;
}

async function parsed(path: string, bytes: Uint8Array): Promise<JsonObject> {
  const json = parseJsonObject(bytes, { what: 'the configuration' });
  // Read again with more care: whether it holds secrets is known now.
  if (secretMembers.some((name) => json[name] !== undefined)) await readNamedFile(path, 'the configuration', 'private');
  return json;
}

/**
 * The configuration, as the closed plugin keeps it (`tsb-rest-api.md` §7.1): the file that the user names, else `CONFIG_PATH`, else
 * `config.json` beside the program, else `securosys/config.json` in Notation's configuration. Never one of the working directory (S28).
 * @returns `undefined` when there is none
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_NOT_FOUND` for a named file that is not there, `ERR_STORE` for one that others may touch,
 * `ERR_MALFORMED`
 */
export async function readConfig({ env, programFolder, path }: ConfigPlaces): Promise<JsonObject | undefined> {
  const named = path ?? env.CONFIG_PATH;
  if (named === '') return invalidArgument('CONFIG_PATH is empty');
  if (named !== undefined) return parsed(named, await readNamedFile(named, 'the configuration', 'own'));
  const usual = [...(programFolder === undefined ? [] : [programFolder]), stateFolders(env).root];
  for (const folder of usual) {
    const file = join(folder, 'config.json');
    const bytes = await readOwnFile(file, 'the configuration', 'own');
    if (bytes) return parsed(file, bytes);
  }
  return undefined;
}
