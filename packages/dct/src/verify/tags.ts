import type { JsonValue } from '@securosys/core';
import { isTag, releasesRole } from '../model/roles.js';
import type { DctTarget } from '../model/targets.js';
import type { TrustedRepository } from './update.js';

/** A tag that Docker believes. */
export interface TrustedTag {
  readonly tag: string;
  /** `sha256:…` of the manifest or index. */
  readonly digest: string;
  /** Bytes of it. */
  readonly size: number;
  /** Lower-case hex, where somebody wrote it. */
  readonly sha512?: string;
  /** Where it was found. */
  readonly role: 'targets/releases' | 'targets';
  /** Delegations of signers that say the same: `targets/<name>`. */
  readonly signers: readonly string[];
  /** What a signer added. */
  readonly custom?: JsonValue;
}

/** A tag that stands in the metadata and that nobody believes. */
export interface UntrustedTag {
  readonly tag: string;
  /** Roles that list it. */
  readonly roles: readonly string[];
  readonly reason: 'signer-only' | 'outside-paths' | 'below-releases' | 'no-tag' | 'unusable-hash';
}

interface Listing {
  readonly role: string;
  readonly target: DctTarget | undefined;
  readonly permitted: boolean;
}

/** Every role that lists a name, the way `dct.md` §9, 7 looks: `targets/releases` and what is below it, then `targets` and the rest. */
function listingsOf({ targets, delegations }: TrustedRepository): Map<string, Listing[]> {
  const found = new Map<string, Listing[]>();
  const isReleases = (role: string) => role === releasesRole || role.startsWith(`${releasesRole}/`);
  const first = delegations.filter(({ file }) => isReleases(file.role));
  const rest = delegations.filter(({ file }) => !isReleases(file.role));
  for (const { file, paths } of [...first, { file: targets, paths: [''] }, ...rest])
    for (const [name, target] of [...file.targets, ...[...file.unusable].map((name) => [name, undefined] as const)]) {
      const listing = { role: file.role, target, permitted: paths.some((path) => name.startsWith(path)) };
      const known = found.get(name);
      if (known) known.push(listing);
      else found.set(name, [listing]);
    }
  return found;
}

function judge(tag: string, listings: readonly Listing[]): TrustedTag | UntrustedTag {
  const roles = listings.map(({ role }) => role);
  if (!isTag(tag)) return { tag, roles, reason: 'no-tag' };
  const found = listings.find(({ permitted }) => permitted);
  if (!found) return { tag, roles, reason: 'outside-paths' };
  const { role, target } = found;
  if (!target) return { tag, roles, reason: 'unusable-hash' };
  if (role !== releasesRole && role !== 'targets')
    return { tag, roles, reason: role.startsWith(`${releasesRole}/`) ? 'below-releases' : 'signer-only' };
  const same = listings.filter(
    (one) => one.permitted && one.target?.sha256 === target.sha256 && one.target.length === target.length,
  );
  const signers = same.flatMap((one) => (one.role === 'targets' || one.role === releasesRole ? [] : [one.role]));
  const { custom, sha512 } = target;
  return {
    tag,
    digest: `sha256:${target.sha256}`,
    size: target.length,
    ...(sha512 !== undefined && { sha512 }),
    role,
    signers,
    ...(custom !== undefined && { custom }),
  };
}

/** All tags of a repository: those that Docker believes, and those that it does not, each sorted by name. */
export function tagsOf(repository: TrustedRepository): {
  readonly trusted: readonly TrustedTag[];
  readonly untrusted: readonly UntrustedTag[];
} {
  const judged = [...listingsOf(repository)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([tag, listings]) => judge(tag, listings));
  return {
    trusted: judged.flatMap((one) => ('digest' in one ? [one] : [])),
    untrusted: judged.flatMap((one) => ('digest' in one ? [] : [one])),
  };
}

/** What one tag stands for; `undefined` when no role lists it. */
export function findTag(repository: TrustedRepository, tag: string): TrustedTag | UntrustedTag | undefined {
  const listings = listingsOf(repository).get(tag);
  return listings && judge(tag, listings);
}
