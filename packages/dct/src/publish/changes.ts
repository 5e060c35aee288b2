import type { Prepared } from '@securosys/core';
import type { DctRole } from '../model/roles.js';
import { type RootFile, readRoot } from '../model/root.js';
import { readTargets, type TargetsFile } from '../model/targets.js';
import type { TrustedRepository } from '../verify/update.js';
import { containedIn } from './contained.js';
import { partRole } from './part-id.js';
import type { DctUpdate } from './prepared-update.js';
import { writeFile } from './write-file.js';

/** One thing that an update changes in a file. Texts are those of facts: `sha256:… (1234 bytes)` for a tag. */
export interface MetadataChange {
  /** `tag 1.4`, `delegation targets/ci`, `role root`. */
  readonly what: string;
  readonly kind: 'added' | 'changed' | 'removed';
  /** From the bytes to be signed; absent for what is removed. */
  readonly after?: string;
  /** From the repository as it was verified, which no approver can see in the bytes; absent for what is added. */
  readonly before?: string;
}

/** A file that is to be signed, and what it changes. */
export interface ChangedFile {
  readonly role: DctRole;
  /** Version that it follows, as it was verified; absent when the role has said nothing so far. */
  readonly follows?: number;
  readonly changes: readonly MetadataChange[];
}

/** The bytes to be signed of each file of an update, once for each file. */
export function updatedFiles({ parts }: Pick<Prepared<DctUpdate>, 'parts'>): ReadonlyMap<DctRole, Uint8Array> {
  return new Map(parts.map(({ id, input }) => [partRole(id), input.message]));
}

function readMessage(role: DctRole, message: Uint8Array): TargetsFile | RootFile {
  const bytes = writeFile(message, []);
  return role === 'root' ? readRoot(bytes) : readTargets(role as TargetsFile['role'], bytes);
}

function fileBefore(repository: TrustedRepository | undefined, role: DctRole): TargetsFile | RootFile | undefined {
  if (role === 'root') return repository?.root;
  if (role === 'targets') return repository?.targets;
  return repository?.delegations.find(({ file }) => file.role === role)?.file;
}

function differences(before: TargetsFile | RootFile | undefined, after: TargetsFile | RootFile): MetadataChange[] {
  const old = new Map(before ? containedIn(before) : []);
  const now = new Map(containedIn(after));
  const gone = [...old].flatMap(([what, text]): MetadataChange[] =>
    now.has(what) ? [] : [{ what, kind: 'removed', before: text }],
  );
  const other = [...now].flatMap(([what, text]): MetadataChange[] => {
    const was = old.get(what);
    if (was === text) return [];
    return [was === undefined ? { what, kind: 'added', after: text } : { what, kind: 'changed', after: text, before: was }];
  });
  return [...other, ...gone];
}

/**
 * What an update changes, file by file: what will be is read from the bytes to be signed, and what was from the repository as it was verified.
 * Nothing but version and expiry: no changes.
 * @param repository as it was when the update was prepared; absent for one that is not there yet
 * @throws SignError `ERR_MALFORMED`
 */
export function updateChanges(prepared: Prepared<DctUpdate>, repository: TrustedRepository | undefined): ChangedFile[] {
  return [...updatedFiles(prepared)].map(([role, message]) => {
    const before = fileBefore(repository, role);
    return { role, ...(before && { follows: before.version }), changes: differences(before, readMessage(role, message)) };
  });
}
