import { invalidArgument, knownOptions, systemClock } from '@securosys/core';
import { type DctTrust, inspectRepository } from '@securosys/dct';
import { createOci } from '@securosys/oci';
import { Deadline } from '../deadline.js';
import { prepareRequestNames, prepareSigningRequest } from '../requests/prepare-request.js';
import type { PrepareRequestOptions } from '../requests/request-inputs.js';
import type { SigningRequest } from '../requests/request-types.js';
import type { FormatChoice } from '../sign-plans.js';
import { type MigratedTag, sortTags } from './migrated-tag.js';
import { tagsClaim } from './tags-claim.js';

/** How a repository leaves Docker Content Trust. */
export interface MigrationOptions extends PrepareRequestOptions {
  /** Whom to believe of what is there. */
  trust: DctTrust;
  /** What its images are to be signed in. */
  format: FormatChoice;
  /** Only these tags. Default: all that Docker believes. */
  tags?: readonly string[];
  /** Deadline of verifying and looking images up, in milliseconds. Default 600,000. */
  timeoutMs?: number;
}

/** What is to be signed, and what became of each tag. */
export interface Migration {
  /** Registry and repository. */
  readonly repository: string;
  /** Every tag of the metadata, by name: those that are signed now, and those that cannot be. */
  readonly tags: readonly MigratedTag[];
  /** One request for all images that can be signed: submit it, let people decide, complete it. Absent when there is nothing to sign. */
  readonly request?: SigningRequest;
}

const defaultTimeoutMs = 600_000;

/**
 * Prepares the way from Docker Content Trust to other formats: the whole repository is verified, each signed digest is looked up in the
 * registry, and what is there is put into one signing request, each image once for each format, whatever number of tags it has. Nothing is signed
 * that does not verify, and nothing that the registry has lost; the tags say which.
 *
 * @example
 * ```ts
 * import { dctTrust, migrationReport, prepareMigration, type Signer } from '@securosys/sign';
 * import { readFile } from 'node:fs/promises';
 * declare const signer: Signer;
 * const trust = dctTrust({ root: { certificate: await readFile('root.pem') }, server: 'https://notary.example' });
 * const migration = await prepareMigration('registry.example/team/app', { trust, format: ['notation-jws', 'cosign'], signer });
 * const completed = await migration.request?.complete({ approvalTimeoutMs: 86_400_000 });
 * console.log(migrationReport(migration, completed));
 * ```
 * @throws SignError `ERR_NOT_TRUSTED`, `ERR_MALFORMED`, `ERR_LIMIT`, with `details.role`, for metadata that does not verify; those of
 * `prepareSigningRequest`, the Notary server and the registry
 */
export async function prepareMigration(repository: string, options: MigrationOptions): Promise<Migration> {
  knownOptions('prepareMigration', options, [...prepareRequestNames, 'trust', 'format', 'tags']);
  const { trust, format, tags, timeoutMs: _, ...request } = options;
  if (trust?.kind !== 'dct') invalidArgument('prepareMigration: trust is a value of dctTrust');
  if (tags !== undefined && !(Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')))
    invalidArgument('prepareMigration: tags are a list of names');
  const { oci = createOci(), clock = options.signer?.clock ?? systemClock } = options;
  const deadline = new Deadline('looking at what is to be migrated', clock, defaultTimeoutMs, options);
  try {
    const report = inspectRepository(await deadline.race(trust.repository(repository, clock, deadline.one())));
    const sorted = await sortTags(report, oci.open(repository), { tags, trust, deadline });
    const images = new Map<string, string[]>();
    for (const { status, digest, tag } of sorted)
      if (status === 'to-sign') images.set(digest as string, [...(images.get(digest as string) ?? []), tag]);
    if (images.size === 0) return { repository, tags: sorted };
    const items = [...images].map(([digest, names]) => ({
      image: `${repository}@${digest}`,
      format,
      claims: { 'tags in Docker Content Trust': tagsClaim(names) },
    }));
    return { repository, tags: sorted, request: await prepareSigningRequest(items, { ...request, oci }) };
  } finally {
    deadline.end();
  }
}
