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
  for (const { file, paths } of [...first, { file: targets, paths: [''] }, ...rest]) {
    const { role } = file;
    const everything = paths.includes('');
    const add = (name: string, target: DctTarget | undefined) => {
      const listing = { role, target, permitted: everything || paths.some((path) => name.startsWith(path)) };
      const known = found.get(name);
      if (known) known.push(listing);
      else found.set(name, [listing]);
    };
    for (const name of file.targets.keys()) add(name, file.targets.get(name));
    for (const name of file.unusable) add(name, undefined);
  }
  return found;
}

/** Delegations of signers that say the same of a tag as where it was found. */
function signersOf(listings: readonly Listing[], { sha256, length }: DctTarget): string[] {
  const signers: string[] = [];
  for (const { role, target, permitted } of listings)
    if (permitted && role !== 'targets' && role !== releasesRole && target?.sha256 === sha256 && target.length === length)
      signers.push(role);
  return signers;
}

function judge(tag: string, listings: readonly Listing[]): TrustedTag | UntrustedTag {
  const not = (reason: UntrustedTag['reason']) => ({ tag, roles: listings.map(({ role }) => role), reason });
  if (!isTag(tag)) return not('no-tag');
  const found = listings.find(({ permitted }) => permitted);
  if (!found) return not('outside-paths');
  const { role, target } = found;
  if (!target) return not('unusable-hash');
  if (role !== releasesRole && role !== 'targets')
    return not(role.startsWith(`${releasesRole}/`) ? 'below-releases' : 'signer-only');
  const { sha256, length, custom, sha512 } = target;
  const signers = signersOf(listings, target);
  const known = { tag, digest: `sha256:${sha256}`, size: length, role, signers } as const;
  return sha512 === undefined && custom === undefined
    ? known
    : { ...known, ...(sha512 !== undefined && { sha512 }), ...(custom !== undefined && { custom }) };
}

/** All tags of a repository: those that Docker believes, and those that it does not, each sorted by name. */
export function tagsOf(repository: TrustedRepository): {
  readonly trusted: readonly TrustedTag[];
  readonly untrusted: readonly UntrustedTag[];
} {
  const found = listingsOf(repository);
  const trusted: TrustedTag[] = [];
  const untrusted: UntrustedTag[] = [];
  for (const tag of [...found.keys()].sort()) {
    const one = judge(tag, found.get(tag) ?? []);
    if ('digest' in one) trusted.push(one);
    else untrusted.push(one);
  }
  return { trusted, untrusted };
}

/** What one tag stands for; `undefined` when no role lists it. */
export function findTag(repository: TrustedRepository, tag: string): TrustedTag | UntrustedTag | undefined {
  const listings = listingsOf(repository).get(tag);
  return listings && judge(tag, listings);
}
