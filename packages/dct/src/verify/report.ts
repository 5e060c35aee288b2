import { sanitizeText } from '@securosys/core';
import type { DctKey } from '../model/keys.js';
import { releasesRole } from '../model/roles.js';
import type { SignedFile } from '../model/signed-file.js';
import type { SkippedDelegation } from './delegations.js';
import { type TrustedTag, tagsOf, type UntrustedTag } from './tags.js';
import type { TrustedRepository } from './update.js';

/** A key of the metadata, for people. */
export interface DctKeyReport {
  /** What metadata calls it. */
  readonly id: string;
  /** What `notary key list` calls it. */
  readonly canonicalId: string;
  readonly type: string;
  /** Of a wrapped key: RFC 4514 text, made safe to show. */
  readonly certificate?: { readonly subject: string; readonly notAfter: string; readonly sha256: string };
}

/** A verified file of metadata. */
export interface DctRoleReport {
  readonly role: string;
  readonly version: number;
  /** RFC 3339, as it is written. */
  readonly expires: string;
  readonly threshold: number;
  readonly keys: readonly DctKeyReport[];
}

/** What keeps a repository from saying as much as people may think. */
export interface DctWeakness {
  readonly code:
    | 'not-pinned'
    | 'shared-releases'
    | 'expires-soon'
    | 'expired-role'
    | 'unlisted-role'
    | 'signed-by-role-only'
    | 'untrusted-tags';
  /** One sentence. */
  readonly sentence: string;
}

/** A whole repository in plain data. */
export interface DctReport {
  readonly gun: string;
  /** RFC 3339. */
  readonly verifiedAt: string;
  readonly pinned: boolean;
  readonly roles: readonly DctRoleReport[];
  readonly tags: readonly TrustedTag[];
  readonly untrusted: readonly UntrustedTag[];
  readonly skipped: readonly SkippedDelegation[];
  readonly weaknesses: readonly DctWeakness[];
}

const day = 24 * 3_600_000;
/** What is left when an expiry is near: half a year, as the original client warns; the timestamp lives for two weeks. */
const soonMs = 183 * day;

const instant = (at: number) => new Date(at).toISOString();

function keyReport({ id, canonicalId, keyType, certificates: [leaf] }: DctKey): DctKeyReport {
  const certificate = leaf && {
    subject: sanitizeText(leaf.subjectText),
    notAfter: instant(leaf.notAfter),
    sha256: leaf.thumbprint,
  };
  return { id, canonicalId, type: keyType, ...(certificate && { certificate }) };
}

function roleReports({ root, timestamp, snapshot, targets, delegations }: TrustedRepository): DctRoleReport[] {
  const of = (file: SignedFile, threshold: number, keys: readonly (DctKey | undefined)[]): DctRoleReport => ({
    role: file.role,
    version: file.version,
    expires: file.expires,
    threshold,
    keys: keys.flatMap((key) => (key ? [keyReport(key)] : [])),
  });
  const base = ([root, targets, snapshot, timestamp] as const).map((file) => {
    const { threshold, keyIds } = root.roles[file.role as 'root' | 'targets' | 'snapshot' | 'timestamp'];
    return of(
      file,
      threshold,
      keyIds.map((id) => root.keys.get(id)),
    );
  });
  const parents = new Map([targets, ...delegations.map(({ file }) => file)].map((file) => [file.role, file]));
  const below = delegations.map(({ declared, file }) => {
    const parent = parents.get(file.role.slice(0, file.role.lastIndexOf('/')) as 'targets');
    return of(
      file,
      declared.threshold,
      declared.keyIds.map((id) => parent?.keys.get(id)),
    );
  });
  return [...base, ...below];
}

function weaknessesOf(repository: TrustedRepository, tags: ReturnType<typeof tagsOf>): DctWeakness[] {
  const { pinned, root, snapshot, targets, delegations, skipped, verifiedAt, gun } = repository;
  const out: DctWeakness[] = [];
  if (!pinned)
    out.push({ code: 'not-pinned', sentence: `the root of ${gun} was believed because it came first: pin its certificate` });
  const releases = targets.delegations.find(({ name }) => name === releasesRole);
  if (releases && releases.keyIds.length > 1)
    out.push({
      code: 'shared-releases',
      sentence: `${releases.keyIds.length} keys may each set any tag in ${releasesRole}: demand a signer when that matters`,
    });
  for (const file of [root, snapshot, targets, ...delegations.map((one) => one.file)])
    if (file.expiresAt - verifiedAt < soonMs)
      out.push({ code: 'expires-soon', sentence: `${file.role} expires at ${file.expires}` });
  for (const { reason, sentence } of skipped)
    if (reason === 'not-published') out.push({ code: 'unlisted-role', sentence });
    else out.push({ code: 'expired-role', sentence: `${sentence}, so that all it says counts for nothing` });
  const alone = tags.trusted.filter(({ signers, role }) => role === releasesRole && signers.length === 0);
  if (alone.length > 0)
    out.push({
      code: 'signed-by-role-only',
      sentence: `of ${alone.length} tags nobody can say who signed them: they stand in ${releasesRole} only`,
    });
  if (tags.untrusted.length > 0)
    out.push({
      code: 'untrusted-tags',
      sentence: `${tags.untrusted.length} tags stand in the metadata and are believed by nobody`,
    });
  return out;
}

/**
 * A verified repository in plain data: tags and digests, who signed, what expires when, and what is weak about it.
 */
export function inspectRepository(repository: TrustedRepository): DctReport {
  const tags = tagsOf(repository);
  return {
    gun: repository.gun,
    verifiedAt: instant(repository.verifiedAt),
    pinned: repository.pinned,
    roles: roleReports(repository),
    tags: tags.trusted,
    untrusted: tags.untrusted,
    skipped: repository.skipped,
    weaknesses: weaknessesOf(repository, tags),
  };
}

/** A report in words, a line for each thing, safe to show. */
export function reportText({ gun, verifiedAt, roles, tags, untrusted, weaknesses }: DctReport): string[] {
  return [
    `${gun}, verified at ${verifiedAt}`,
    ...roles.map(
      ({ role, version, expires, threshold, keys }) =>
        `${role}: version ${version}, expires ${expires}, ${threshold} of ${keys.length} keys (${keys.map(({ canonicalId }) => canonicalId.slice(0, 12)).join(', ')})`,
    ),
    ...tags.map(
      ({ tag, digest, size, role, signers }) =>
        `${tag}: ${digest}, ${size} bytes, by ${signers.length > 0 ? signers.join(', ') : `${role} only`}`,
    ),
    ...untrusted.map(
      ({ tag, reason, roles: from }) => `not trusted: ${sanitizeText(tag, 128)} (${reason}, in ${from.join(', ')})`,
    ),
    ...weaknesses.map(({ sentence }) => `weak: ${sentence}`),
  ];
}
