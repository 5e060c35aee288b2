import type { JsonValue } from '@securosys/core';
import { isTag, releasesRole } from '../model/roles.js';
import type { DctTarget, TargetsFile } from '../model/targets.js';
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

/** A role, and the names that it may speak for. */
interface Speaker {
  readonly file: TargetsFile;
  readonly paths: readonly string[];
  readonly everything: boolean;
}

/** Every role that lists names, in the order in which `dct.md` §9, 7 looks: `targets/releases` and what is below it, then `targets` and the rest. */
function speakersOf({ targets, delegations }: TrustedRepository): Speaker[] {
  const isReleases = (role: string) => role === releasesRole || role.startsWith(`${releasesRole}/`);
  const first = delegations.filter(({ file }) => isReleases(file.role));
  const rest = delegations.filter(({ file }) => !isReleases(file.role));
  const all = [...first, { file: targets, paths: [''] }, ...rest];
  return all.map(({ file, paths }) => ({ file, paths, everything: paths.includes('') }));
}

const lists = ({ file }: Speaker, name: string) => file.targets.has(name) || file.unusable.has(name);
const permits = ({ everything, paths }: Speaker, name: string) => everything || paths.some((path) => name.startsWith(path));

/** Delegations of signers that say the same of a tag as where it was found; what stands before that says nothing that counts. */
function signersOf(speakers: readonly Speaker[], found: number, tag: string, { sha256, length }: DctTarget): string[] {
  const signers: string[] = [];
  for (let at = found + 1; at < speakers.length; at++) {
    const speaker = speakers[at] as Speaker;
    const target = speaker.file.targets.get(tag);
    if (target?.sha256 === sha256 && target.length === length && speaker.file.role !== 'targets' && permits(speaker, tag))
      signers.push(speaker.file.role);
  }
  return signers;
}

/** What a name stands for that some role lists. */
function judge(tag: string, speakers: readonly Speaker[]): TrustedTag | UntrustedTag {
  const not = (reason: UntrustedTag['reason']) => {
    const roles = speakers.filter((speaker) => lists(speaker, tag)).map(({ file }) => file.role);
    return { tag, roles, reason };
  };
  if (!isTag(tag)) return not('no-tag');
  const at = speakers.findIndex((speaker) => lists(speaker, tag) && permits(speaker, tag));
  const found = speakers[at];
  if (!found) return not('outside-paths');
  const { role } = found.file;
  const target = found.file.targets.get(tag);
  if (!target) return not('unusable-hash');
  if (role !== releasesRole && role !== 'targets')
    return not(role.startsWith(`${releasesRole}/`) ? 'below-releases' : 'signer-only');
  const { sha256, length, custom, sha512 } = target;
  const signers = signersOf(speakers, at, tag, target);
  const known = { tag, digest: `sha256:${sha256}`, size: length, role, signers } as const;
  return sha512 === undefined && custom === undefined
    ? known
    : { ...known, ...(sha512 !== undefined && { sha512 }), ...(custom !== undefined && { custom }) };
}

/** So many roles are asked for a name as quickly as those are found that list it. */
const few = 8;

/** Whom to ask for each name. A signer may declare a thousand roles: asking all of them for each of a million names takes minutes. */
function speakersByName(all: Speaker[]): ReadonlyMap<string, readonly Speaker[]> {
  const areFew = all.length <= few;
  const asked = new Map<string, Speaker[]>();
  for (const speaker of all) {
    const { targets, unusable } = speaker.file;
    for (const names of [targets.keys(), unusable])
      for (const name of names) {
        const known = asked.get(name);
        if (!known) asked.set(name, areFew ? all : [speaker]);
        else if (!areFew) known.push(speaker);
      }
  }
  return asked;
}

/** All tags of a repository: those that Docker believes, and those that it does not, each sorted by name. */
export function tagsOf(repository: TrustedRepository): {
  readonly trusted: readonly TrustedTag[];
  readonly untrusted: readonly UntrustedTag[];
} {
  const asked = speakersByName(speakersOf(repository));
  const trusted: TrustedTag[] = [];
  const untrusted: UntrustedTag[] = [];
  for (const tag of [...asked.keys()].sort()) {
    const one = judge(tag, asked.get(tag) ?? []);
    if ('digest' in one) trusted.push(one);
    else untrusted.push(one);
  }
  return { trusted, untrusted };
}

/** What one tag stands for; `undefined` when no role lists it. */
export function findTag(repository: TrustedRepository, tag: string): TrustedTag | UntrustedTag | undefined {
  const speakers = speakersOf(repository);
  return speakers.some((speaker) => lists(speaker, tag)) ? judge(tag, speakers) : undefined;
}
