import type { JsonObject } from '@securosys/core';
import { hashesJson } from '../model/hashes.js';
import type { DctKey } from '../model/keys.js';
import type { RoleKeys, RootFile } from '../model/root.js';
import type { DctTarget, Delegation, TargetsFile } from '../model/targets.js';
import { expiryText } from './write-file.js';

/** Default lifetimes in milliseconds, those of Notary (`dct.md` §4.4). */
const day = 24 * 3_600_000;
export const lifetimes = { root: 3650 * day, targets: 1095 * day } as const;

/** What stands in a file of targets. */
export interface TargetsContents {
  readonly targets: ReadonlyMap<string, DctTarget>;
  readonly keys: ReadonlyMap<string, JsonObject>;
  readonly delegations: readonly Delegation[];
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const members = <T>(map: ReadonlyMap<string, T>, json: (value: T) => JsonObject): JsonObject => {
  const out: JsonObject = Object.create(null);
  for (const [name, value] of map) out[name] = json(value);
  return out;
};

const roleJson = ({ keyIds, threshold }: RoleKeys): JsonObject => ({ keyids: [...keyIds], threshold });

/** `signed` of a file of targets, with exactly the members that the server writes (`dct.md` §4.1). */
export function targetsJson({ targets, keys, delegations, version, expiresAt }: TargetsContents): JsonObject {
  return {
    _type: 'Targets',
    delegations: {
      keys: members(keys, (json) => json),
      // An empty list of paths is dropped by the server.
      roles: delegations.map((one) => ({
        ...roleJson(one),
        name: one.name,
        ...(one.paths.length > 0 && { paths: [...one.paths] }),
      })),
    },
    expires: expiryText(expiresAt),
    targets: members(targets, ({ custom, ...hashes }) => ({
      ...hashesJson(hashes),
      ...(custom !== undefined && custom !== null && { custom }),
    })),
    version,
  };
}

/** What a file of targets says now, to be changed. */
export function contentsOf(file: TargetsFile | undefined, expiresAt: number): TargetsContents {
  const version = (file?.version ?? 0) + 1;
  if (!file) return { targets: new Map(), keys: new Map(), delegations: [], version, expiresAt };
  const delegations = file.signed.delegations as JsonObject | undefined;
  const keys = (delegations?.keys ?? {}) as JsonObject;
  return {
    targets: file.targets,
    // As they stand there: a key of a kind that we do not know stays.
    keys: new Map(Object.entries(keys) as [string, JsonObject][]),
    delegations: file.delegations,
    version,
    expiresAt,
  };
}

/** `signed` of a root. */
export function rootJson(
  keys: readonly Pick<DctKey, 'id' | 'json'>[],
  roles: RootFile['roles'],
  version: number,
  expiresAt: number,
): JsonObject {
  const listed: JsonObject = {};
  for (const { id, json } of keys) listed[id] = json;
  return {
    _type: 'Root',
    consistent_snapshot: false,
    expires: expiryText(expiresAt),
    keys: listed,
    roles: {
      root: roleJson(roles.root),
      snapshot: roleJson(roles.snapshot),
      targets: roleJson(roles.targets),
      timestamp: roleJson(roles.timestamp),
    },
    version,
  };
}
