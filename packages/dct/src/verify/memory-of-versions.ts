import {
  base64Bytes,
  base64Text,
  isJsonObject,
  type JsonObject,
  type PendingStore,
  SignError,
  sha256Hex,
  utf8Bytes,
} from '@securosys/core';
import { checkGun } from '../model/roles.js';
import { type RootFile, readRoot } from '../model/root.js';

/** What was seen of a repository: its root, and the version of every other file. */
export interface SeenVersions {
  readonly root: RootFile | undefined;
  readonly versions: ReadonlyMap<string, number>;
}

const keyOf = (gun: string) => `dct-${sha256Hex(utf8Bytes(gun))}`;

const isVersion = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;

/**
 * Reads what an earlier run has seen. It keeps old metadata from being taken for new, and never makes anything trusted but the first root
 * that was believed where none is pinned.
 * @throws SignError `ERR_STORE` for a record that is none of ours
 */
export async function readSeen(cache: PendingStore | undefined, gun: string): Promise<SeenVersions> {
  const record = await cache?.get(keyOf(gun));
  if (!record) return { root: undefined, versions: new Map() };
  const { kind, gun: of, root, versions } = record;
  if (kind !== 'dct-seen' || of !== gun || typeof root !== 'string' || !isJsonObject(versions)) return broken(gun);
  if (!Object.values(versions).every(isVersion)) return broken(gun);
  try {
    return { root: readRoot(base64Bytes(root)), versions: new Map(Object.entries(versions) as [string, number][]) };
  } catch (cause) {
    return broken(gun, cause);
  }
}

function broken(gun: string, cause?: unknown): never {
  throw new SignError('ERR_STORE', `the cache holds something else than what was seen of ${gun}`, { cause });
}

/**
 * Forgets what was seen of a repository: for one whose owner says that it was set up anew on its server, or that somebody had published
 * versions that nobody can follow. The next root is pinned as ever; without a pin whatever root comes first is believed again.
 * @param gun registry and repository, as for `verifyRepository`
 * @throws SignError `ERR_STORE`, `ERR_INVALID_ARGUMENT`
 */
export async function forgetRepository(cache: PendingStore, gun: string): Promise<void> {
  await cache.delete(keyOf(checkGun(gun)));
}

/** Keeps what this run has seen. A run that saw more meanwhile is not undone: versions only grow. */
export async function writeSeen(
  cache: PendingStore | undefined,
  gun: string,
  { root, versions }: { readonly root: RootFile; readonly versions: ReadonlyMap<string, number> },
): Promise<void> {
  if (!cache) return;
  const before = await readSeen(cache, gun);
  const newer = before.root && before.root.version > root.version ? before.root : root;
  const names = new Set([...before.versions.keys(), ...versions.keys()]);
  const grown = [...names].map((name) => [name, Math.max(before.versions.get(name) ?? 1, versions.get(name) ?? 1)] as const);
  const record: JsonObject = {
    kind: 'dct-seen',
    gun,
    root: base64Text(newer.bytes),
    versions: Object.fromEntries(grown),
  };
  await cache.put(keyOf(gun), record);
}
