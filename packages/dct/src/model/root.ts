import { isJsonObject, type JsonValue } from '@securosys/core';
import { type DctKey, readKey } from './keys.js';
import type { BaseRole } from './roles.js';
import { inFile, malformedFile, readSignedFile, type SignedFile } from './signed-file.js';

/** Whose signatures a role needs, and of how many of them. */
export interface RoleKeys {
  readonly keyIds: readonly string[];
  readonly threshold: number;
}

/** Keys by their ids. One that nobody here can verify with is known by its id only. */
export type KeyMap = ReadonlyMap<string, DctKey | undefined>;

/** A file of the role `root`, read. */
export interface RootFile extends SignedFile {
  readonly keys: KeyMap;
  readonly roles: Readonly<Record<BaseRole, RoleKeys>>;
}

export const baseRoles: readonly BaseRole[] = ['root', 'targets', 'snapshot', 'timestamp'];

/** Most keys of one file, and of one role. */
const maxKeys = 1000;

/** Reads keys by their ids; a key under another name than its own is refused (`dct.md` §9, 6). */
export function readKeys(role: SignedFile['role'], json: JsonValue | undefined): KeyMap {
  if (!isJsonObject(json)) return malformedFile(role, 'it lists no keys');
  const entries = Object.entries(json);
  if (entries.length > maxKeys) malformedFile(role, `it lists over ${maxKeys} keys`, 'limit');
  return new Map(
    entries.map(([name, value]) => {
      const { id, key } = readKey(value);
      if (id !== name) malformedFile(role, 'a key stands under another name than its id', 'key-id');
      return [id, key];
    }),
  );
}

/** Reads key ids and threshold of a role; each id once, at least one, and known. */
export function readRoleKeys(role: SignedFile['role'], json: JsonValue | undefined, keys: KeyMap): RoleKeys {
  if (!isJsonObject(json)) return malformedFile(role, 'a role has no keys');
  const { keyids, threshold } = json;
  if (!Array.isArray(keyids) || keyids.length > maxKeys) return malformedFile(role, 'a role lists no keys');
  if (typeof threshold !== 'number' || !Number.isSafeInteger(threshold) || threshold < 1)
    return malformedFile(role, 'the threshold of a role is no whole number from 1 on', 'threshold');
  const ids = keyids.map((id) =>
    typeof id === 'string' && keys.has(id) ? id : malformedFile(role, 'a role names an unknown key'),
  );
  if (new Set(ids).size !== ids.length) malformedFile(role, 'a role names a key twice');
  return { keyIds: ids, threshold };
}

/**
 * Reads a root (`dct.md` §4.1). Nothing is verified.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`, with `details.role`
 */
export function readRoot(bytes: Uint8Array): RootFile {
  const file = readSignedFile('root', bytes);
  return inFile('root', () => {
    const keys = readKeys('root', file.signed.keys);
    const { roles } = file.signed;
    if (!isJsonObject(roles) || Object.keys(roles).some((name) => !baseRoles.some((known) => known === name)))
      return malformedFile('root', 'its roles are not root, targets, snapshot and timestamp');
    const read = (role: BaseRole) => readRoleKeys('root', roles[role], keys);
    const named = { root: read('root'), targets: read('targets'), snapshot: read('snapshot'), timestamp: read('timestamp') };
    return { ...file, keys, roles: named };
  });
}
