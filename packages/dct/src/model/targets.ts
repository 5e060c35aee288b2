import { isJsonObject, type JsonObject, type JsonValue, SignError, sanitizeText } from '@securosys/core';
import { decodedHashes, type FileHashes, readHashes } from './hashes.js';
import type { KnownTargets } from './known-targets.js';
import { type DelegationRole, isDelegation, parentOf } from './roles.js';
import { type KeyMap, type RoleKeys, readKeys, readRoleKeys } from './root.js';
import { inFile, malformedFile, readSignedFile, type SignedFile } from './signed-file.js';

/** What a name stands for: for images, the manifest that a tag names. */
export interface DctTarget extends FileHashes {
  /** Anything that a signer added; everybody can read it. */
  readonly custom?: JsonValue;
}

/** A role that signs for part of the names. */
export interface Delegation extends RoleKeys {
  readonly name: DelegationRole;
  /** Prefixes of names; an empty one stands for all, and an empty list for none. */
  readonly paths: readonly string[];
}

/** A file of the role `targets` or of a delegation, read. */
export interface TargetsFile extends SignedFile {
  readonly role: 'targets' | DelegationRole;
  readonly targets: ReadonlyMap<string, DctTarget>;
  /** Names whose hashes nobody can use: servers store them as they come (`dct.md` §4.2). */
  readonly unusable: ReadonlySet<string>;
  readonly keys: KeyMap;
  readonly delegations: readonly Delegation[];
}

/** Most delegations that one role may declare, and most prefixes of names of one delegation; Docker's client declares one that is empty. */
const maxDelegations = 1000;
const maxPaths = 256;

function readDelegation(role: TargetsFile['role'], json: JsonValue, keys: KeyMap): Delegation {
  const { name, paths = [] } = isJsonObject(json) ? json : {};
  if (typeof name !== 'string' || !isDelegation(name) || parentOf(name) !== role)
    return malformedFile(role, `it declares '${sanitizeText(String(name), 60)}', which is no role of its own`, 'invalid-role');
  if (paths !== null && !Array.isArray(paths)) return malformedFile(role, `the paths of ${name} are no list`);
  if ((paths ?? []).length > maxPaths) malformedFile(role, `${name} has over ${maxPaths} paths`, 'limit');
  const texts = (paths ?? []).map((path) =>
    typeof path === 'string' ? path : malformedFile(role, `a path of ${name} is no text`),
  );
  return { name, paths: texts, ...readRoleKeys(role, json, keys) };
}

/** One entry; `undefined` for one that says nothing that can be checked, which spoils no other. */
function readTarget(json: JsonValue, decoded: string | undefined): DctTarget | undefined {
  try {
    const hashes = readHashes(json, 'a target', decoded);
    const { custom } = json as JsonObject;
    return custom === undefined ? hashes : { ...hashes, custom };
  } catch (error) {
    if (SignError.is(error, 'ERR_MALFORMED')) return undefined;
    throw error;
  }
}

/** Reads `delegations`; without it there are none. */
function readDelegations(role: TargetsFile['role'], json: JsonValue | undefined): Pick<TargetsFile, 'keys' | 'delegations'> {
  if (json === undefined || json === null) return { keys: new Map(), delegations: [] };
  const { keys: keysJson, roles } = isJsonObject(json) ? json : {};
  if (!Array.isArray(roles)) return malformedFile(role, 'its delegations list no roles');
  if (roles.length > maxDelegations) malformedFile(role, `it declares over ${maxDelegations} roles`, 'limit');
  const keys = readKeys(role, keysJson ?? {});
  const delegations = roles.map((one) => readDelegation(role, one, keys));
  if (new Set(delegations.map(({ name }) => name)).size !== delegations.length) malformedFile(role, 'it declares a role twice');
  return { keys, delegations };
}

type ReadEntries = Pick<TargetsFile, 'targets' | 'unusable'>;

function readEntries(targets: JsonObject): ReadEntries {
  const read = new Map<string, DctTarget>();
  const unusable = new Set<string>();
  const values = Object.values(targets);
  const decoded = decodedHashes(values);
  const names = Object.keys(targets);
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as string;
    const target = readTarget(values[at] as JsonValue, decoded[at]);
    if (target) read.set(name, target);
    else unusable.add(name);
  }
  return { targets: read, unusable };
}

/** Targets that files of a repository have in common. */
export type KnownEntries = KnownTargets<ReadEntries>;

/**
 * Reads a file of targets (`dct.md` §4.1). Names are any text; they stand in a map, never as members of an object.
 * @param known targets of other files, which are not read again
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`, with `details.role`
 */
export function readTargets(role: TargetsFile['role'], bytes: Uint8Array, known?: KnownEntries): TargetsFile {
  const file = readSignedFile(role, bytes, known);
  return inFile(role, () => {
    const { targets } = file.signed;
    if (!isJsonObject(targets)) return malformedFile(role, 'it lists no targets');
    const entries = known?.read(targets) ?? readEntries(targets);
    known?.remember(targets, entries);
    return { ...file, role, ...entries, ...readDelegations(role, file.signed.delegations) };
  });
}
