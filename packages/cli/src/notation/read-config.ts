import { join } from 'node:path';
import { invalidArgument, type JsonObject } from '@securosys/core';
import { readConfigFile } from '../config/config-file.js';
import type { Environment } from '../config/environment.js';
import { stateFolders } from './folders.js';

/** Where a configuration may be. */
export interface PluginConfigPlaces {
  readonly env: Environment;
  /** Folder of the program itself; absent: not known. */
  readonly programFolder?: string;
  /** Path of the user's own, `config` in `pluginConfig`. */
  readonly path?: string;
}

/**
 * The configuration, as the closed plugin keeps it (`tsb-rest-api.md` §7.1): the file that the user names, else `CONFIG_PATH`, else
 * `config.json` beside the program, else `securosys/config.json` in Notation's configuration.
 * @returns `undefined` when there is none
 * @throws SignError as {@link readConfigFile}
 */
export async function readConfig({ env, programFolder, path }: PluginConfigPlaces): Promise<JsonObject | undefined> {
  const named = path ?? env.CONFIG_PATH;
  if (named === '') return invalidArgument('CONFIG_PATH is empty');
  const folders = named === undefined ? [...(programFolder === undefined ? [] : [programFolder]), stateFolders(env).root] : [];
  return readConfigFile({ named, usual: folders.map((folder) => join(folder, 'config.json')) });
}
