import { type JsonObject, parseJsonObject } from '@securosys/core';
import { readNamedFile, readOwnFile } from '../files/read-file.js';

/** Members whose values are secrets; a file that has one has to be this user's alone. */
const usualSecrets = ['token', 'apiKeys', 'applicationKeyPair'];

/** Where a configuration may be: absolute paths. */
export interface ConfigPlaces {
  /** The file that the user names: it has to be there, and no other is looked for. */
  readonly named?: string | undefined;
  /** Where it is else, in this order. */
  readonly usual: readonly string[];
  /** Default: JSON. */
  readonly parse?: (path: string, bytes: Uint8Array) => Promise<JsonObject> | JsonObject;
  /** Members whose values are secrets. Default: those that all programs have. */
  readonly secretMembers?: readonly string[];
}

const parseJson = (_: string, bytes: Uint8Array): JsonObject => parseJsonObject(bytes, { what: 'the configuration' });

async function parsed(path: string, bytes: Uint8Array, places: ConfigPlaces): Promise<JsonObject> {
  const { parse = parseJson, secretMembers = usualSecrets } = places;
  const json = await parse(path, bytes);
  // Read again with more care: whether it holds secrets is known now.
  if (secretMembers.some((name) => json[name] !== undefined)) await readNamedFile(path, 'the configuration', 'private');
  return json;
}

/**
 * The configuration of a program. Never one of the working directory (S28).
 * @returns `undefined` when there is none
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_NOT_FOUND` for a named file that is not there, `ERR_STORE` for one that others may touch,
 * `ERR_MALFORMED`
 */
export async function readConfigFile(places: ConfigPlaces): Promise<JsonObject | undefined> {
  const { named, usual } = places;
  if (named !== undefined) return parsed(named, await readNamedFile(named, 'the configuration', 'own'), places);
  for (const path of usual) {
    const bytes = await readOwnFile(path, 'the configuration', 'own');
    if (bytes) return parsed(path, bytes, places);
  }
  return undefined;
}
