import {
  equalBytes,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type PendingStore,
  type Prepared,
  SignError,
} from '@securosys/core';
import { type DctUpdate, dctFormat, type SignedFile, type TrustedRepository, updatedFiles } from '@securosys/dct';

/** An update whose bytes are fixed, and the versions that it follows. */
export interface StoredUpdate {
  readonly prepared: Prepared<DctUpdate>;
  /** Versions by role; none for a repository that is not there yet. */
  readonly base: Readonly<Record<string, number>>;
}

const kind = 'dct-update';

const filesOf = (repository: TrustedRepository | undefined): readonly SignedFile[] =>
  repository ? [repository.root, repository.targets, ...repository.delegations.map(({ file }) => file)] : [];

/** What an update stands on: every file that somebody signs; those of the server change by themselves. */
export function baseOf(repository: TrustedRepository | undefined): Readonly<Record<string, number>> {
  return Object.fromEntries(filesOf(repository).map(({ role, version }) => [role, version]));
}

/** As it is kept, and as it stands in a file. */
export const updateJson = ({ prepared, base }: StoredUpdate): JsonObject => ({
  kind,
  version: 1,
  base: { ...base },
  prepared: prepared.toJSON(),
});

const isVersion = (entry: [string, JsonValue]): entry is [string, number] => Number.isSafeInteger(entry[1]);

/**
 * Takes an update back, as hostile: the bytes to be signed are read and explained anew.
 * @throws SignError `ERR_MALFORMED`
 */
export function readUpdate(json: JsonObject): StoredUpdate {
  const { kind: of, version, base, prepared } = json;
  const versions = isJsonObject(base) ? Object.entries(base) : undefined;
  if (of !== kind || version !== 1 || !isJsonObject(prepared) || !versions?.every(isVersion))
    throw new SignError('ERR_MALFORMED', 'this is no update of Docker Content Trust');
  return { prepared: dctFormat.restore(prepared), base: Object.fromEntries(versions) };
}

/** Whether all of it is what the repository says: an earlier run had published it, and ended before it knew. */
export function isPublished(update: StoredUpdate, repository: TrustedRepository | undefined): boolean {
  const there = new Map(filesOf(repository).map(({ role, message }) => [role, message]));
  return [...updatedFiles(update.prepared)].every(([role, message]) => {
    const published = there.get(role);
    return published !== undefined && equalBytes(published, message);
  });
}

/** The files that it changes or stands on and that have changed since, in words. */
export function movedSince(update: StoredUpdate, repository: TrustedRepository | undefined): readonly string[] {
  const now = baseOf(repository);
  const roles = new Set<string>(['root', 'targets', ...updatedFiles(update.prepared).keys()]);
  return [...roles].flatMap((role) =>
    update.base[role] === now[role]
      ? []
      : [
          `${role} was ${update.base[role] ? `version ${update.base[role]}` : 'not there'} and is ${now[role] ? `version ${now[role]}` : 'gone'}`,
        ],
  );
}

/** The update that an earlier run has kept under this name. @throws SignError `ERR_STORE` for a record that is none */
export async function keptUpdate(store: PendingStore, name: string): Promise<StoredUpdate | undefined> {
  const record = await store.get(name);
  if (!record) return undefined;
  try {
    return readUpdate(record);
  } catch (cause) {
    throw new SignError('ERR_STORE', 'what an earlier run has kept of this update is damaged', { cause });
  }
}
