import { invalidArgument, SignError, sanitizeText } from '@securosys/core';
import type { DctReport, DctTrust, TrustedTag } from '@securosys/dct';
import type { Repository } from '@securosys/oci';
import type { Deadline } from '../deadline.js';
import { InFlight } from '../requests/in-flight.js';

/** One tag of the metadata, and whether the image that it stands for can be signed anew. */
export interface MigratedTag {
  readonly tag: string;
  /** Absent for a tag that nobody believes. */
  readonly digest?: string;
  /** Bytes of the manifest, as they were signed. */
  readonly size?: number;
  /** Delegations of signers that said so: `targets/<name>`. */
  readonly signers: readonly string[];
  readonly status: 'to-sign' | 'missing-image' | 'size-differs' | 'signer-missing' | 'not-believed';
  /** Why not, in one sentence. */
  readonly reason?: string;
}

/** Images that are looked up at once. */
const atOnce = 16;

/** What is meant, and by what it is judged. */
export interface SortOptions {
  readonly tags: readonly string[] | undefined;
  readonly trust: DctTrust;
  readonly deadline: Deadline;
}

/** Looks at every tag that is meant: is it believed, does the registry still have it, in the size that was signed? */
export async function sortTags(
  report: DctReport,
  repository: Repository,
  { tags, trust, deadline }: SortOptions,
): Promise<readonly MigratedTag[]> {
  const unknown = tags?.find((name) => ![...report.tags, ...report.untrusted].some(({ tag }) => tag === name));
  if (unknown !== undefined) invalidArgument(`the metadata of ${report.gun} has no tag '${sanitizeText(unknown, 60)}'`);
  const meant = ({ tag }: { readonly tag: string }) => tags === undefined || tags.includes(tag);
  const sizes = new Map<string, Promise<number | undefined>>();
  const sizeOf = (digest: string) => {
    const known = sizes.get(digest) ?? heldSize(repository, digest, deadline);
    sizes.set(digest, known);
    return known;
  };
  const sorted = await new InFlight(atOnce).all(report.tags.filter(meant), (tag) => sortTag(tag, trust, sizeOf));
  const others = report.untrusted.filter(meant).map(
    ({ tag, roles, reason }): MigratedTag => ({
      tag: sanitizeText(tag, 128),
      signers: [],
      status: 'not-believed',
      reason: `it stands in ${roles.join(', ')}, and Docker does not believe it (${reason})`,
    }),
  );
  return [...sorted, ...others].sort((a, b) => (a.tag < b.tag ? -1 : 1));
}

async function sortTag(
  { tag, digest, size, signers }: TrustedTag,
  trust: DctTrust,
  sizeOf: (digest: string) => Promise<number | undefined>,
): Promise<MigratedTag> {
  const about = { tag, digest, size, signers };
  const missing = trust.signers.filter((role) => !signers.includes(role));
  if (missing.length > 0) return { ...about, status: 'signer-missing', reason: `${missing.join(', ')} does not say the same` };
  const found = await sizeOf(digest);
  if (found === undefined) return { ...about, status: 'missing-image', reason: 'the registry does not have it any more' };
  if (found === size) return { ...about, status: 'to-sign' };
  return { ...about, status: 'size-differs', reason: `the registry has ${found} bytes, and ${size} were signed` };
}

async function heldSize(repository: Repository, digest: string, deadline: Deadline): Promise<number | undefined> {
  try {
    return (await repository.resolve(digest, deadline.one())).descriptor.size;
  } catch (error) {
    if (SignError.is(error, 'ERR_NOT_FOUND')) return undefined;
    throw error;
  }
}
