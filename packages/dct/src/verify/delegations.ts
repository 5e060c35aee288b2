import type { CallOptions } from '@securosys/core';
import { dctFault, faultOf } from '../model/fault.js';
import type { ListingFile } from '../model/listing.js';
import type { DelegationRole } from '../model/roles.js';
import { type Delegation, type KnownEntries, readTargets, type TargetsFile } from '../model/targets.js';
import { listedFile } from './listed-file.js';
import { checkExpiry, checkThreshold, checkVersion, keysOf } from './signatures.js';
import type { MetadataSource } from './source.js';

/** Most delegations that are read of one repository, and how deep they may lie below `targets`. */
const maxDelegations = 1000;
const maxDepth = 16;
/** Most bytes of all delegations together, some 250,000 tags: each signer can declare further roles, and all of them are kept in memory. */
const maxTotalBytes = 64 << 20;
/** Files that are asked for at once. */
const atOnce = 8;

/** A delegation that was verified. */
export interface VerifiedDelegation {
  readonly declared: Delegation;
  readonly file: TargetsFile;
  /** Prefixes that it may sign for, after those of all roles above it. */
  readonly paths: readonly string[];
}

/** A delegation that counts for nothing, while the rest does (`dct.md` §9, 5). */
export interface SkippedDelegation {
  readonly role: DelegationRole;
  readonly reason: 'expired' | 'threshold' | 'not-published';
  readonly sentence: string;
}

/** What verification of delegations needs. */
export interface DelegationContext {
  readonly source: MetadataSource;
  readonly snapshot: ListingFile;
  readonly seen: ReadonlyMap<string, number>;
  readonly now: number;
  /** Targets that were read of other roles. */
  readonly known?: KnownEntries;
}

/** Prefixes of a role below one that is bound to prefixes itself: those that lie in one of them. */
export function pathsWithin(paths: readonly string[], parents: readonly string[]): string[] {
  return paths.filter((path) => parents.some((parent) => path.startsWith(parent)));
}

async function verifyOne(
  { source, snapshot, seen, now, known }: DelegationContext,
  parent: TargetsFile,
  declared: Delegation,
  call: CallOptions,
): Promise<TargetsFile | SkippedDelegation> {
  const role = declared.name;
  const hashes = snapshot.meta.get(role);
  if (!hashes) {
    // Without it a tag would be looked for elsewhere: an older one, that was replaced here, would be believed again.
    if (seen.has(role)) throw dctFault(role, 'rollback', 'it was seen before, and the server does not list it any more');
    const sentence = `${role}: nobody has signed in this role yet, or the server leaves it out, which nobody can tell apart`;
    return { role, reason: 'not-published', sentence };
  }
  const file = readTargets(role, await listedFile(source, role, hashes, call), known);
  try {
    checkThreshold(file, declared.threshold, keysOf(declared, parent.keys));
    checkVersion(file, seen.get(role));
    checkExpiry(file, now);
    return file;
  } catch (error) {
    const reason = faultOf(error);
    if (reason !== 'expired' && reason !== 'threshold') throw error;
    return { role, reason, sentence: (error as Error).message };
  }
}

/** Verifies all roles below `targets`, level by level; one that has expired or is not signed enough is skipped with all below it. */
export async function verifyDelegations(
  context: DelegationContext,
  targets: TargetsFile,
  call: CallOptions,
): Promise<{ readonly verified: readonly VerifiedDelegation[]; readonly skipped: readonly SkippedDelegation[] }> {
  const verified: VerifiedDelegation[] = [];
  const skipped: SkippedDelegation[] = [];
  let bytes = 0;
  let level: readonly { readonly file: TargetsFile; readonly paths: readonly string[] }[] = [{ file: targets, paths: [''] }];
  for (let depth = 0; level.length > 0; depth++) {
    const declared = level.flatMap(({ file, paths }) =>
      file.delegations.map((one) => ({ parent: file, one, paths: pathsWithin(one.paths, paths) })),
    );
    if (depth >= maxDepth && declared.length > 0) throw dctFault('targets', 'limit', `delegations lie over ${maxDepth} deep`);
    if (verified.length + skipped.length + declared.length > maxDelegations)
      throw dctFault('targets', 'limit', `there are over ${maxDelegations} delegations`);
    for (const { one } of declared) bytes += context.snapshot.meta.get(one.name)?.length ?? 0;
    if (bytes > maxTotalBytes) throw dctFault('targets', 'limit', `delegations have over ${maxTotalBytes} bytes`);
    const next: { file: TargetsFile; paths: readonly string[] }[] = [];
    for (let at = 0; at < declared.length; at += atOnce) {
      const some = declared.slice(at, at + atOnce);
      const results = await Promise.all(some.map(({ parent, one }) => verifyOne(context, parent, one, call)));
      for (const [index, result] of results.entries()) {
        const { one, paths } = some[index] as (typeof some)[number];
        if ('reason' in result) skipped.push(result);
        else {
          verified.push({ declared: one, file: result, paths });
          next.push({ file: result, paths });
        }
      }
    }
    level = next;
  }
  return { verified, skipped };
}
