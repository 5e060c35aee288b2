import type { CompletedRequest } from '../requests/request-types.js';
import type { Migration } from './prepare-migration.js';

/** What became of one tag. */
export interface MigrationEntry {
  readonly tag: string;
  readonly digest?: string;
  /** Who said so in Docker Content Trust. */
  readonly signers: readonly string[];
  readonly status: 'signed' | 'to-sign' | 'missing-image' | 'size-differs' | 'signer-missing' | 'not-believed';
  readonly reason?: string;
  /** New signatures by format: digests of the manifests that hold them. */
  readonly signatures?: Readonly<Record<string, readonly string[]>>;
}

/** From which tag to which signatures: what auditors ask for afterwards. Plain data. */
export interface MigrationReport {
  readonly repository: string;
  /** Of the signing request that it was. */
  readonly requestId?: string;
  readonly entries: readonly MigrationEntry[];
}

/** The mapping from signed tags to new signatures; without `completed`, what there is to be signed. */
export function migrationReport({ repository, tags, request }: Migration, completed?: CompletedRequest): MigrationReport {
  const byDigest = new Map<string, Record<string, readonly string[]>>();
  for (const item of completed?.items ?? []) {
    if (item.kind !== 'image') continue;
    const { subject, format, attached } = item.signed;
    const signatures = byDigest.get(subject.digest) ?? {};
    signatures[format] = attached.map(({ digest }) => digest);
    byDigest.set(subject.digest, signatures);
  }
  const entries = tags.map(({ size: _, ...tag }): MigrationEntry => {
    const signatures = tag.status === 'to-sign' && tag.digest !== undefined ? byDigest.get(tag.digest) : undefined;
    return signatures ? { ...tag, status: 'signed', signatures } : tag;
  });
  return { repository, ...(request && { requestId: request.id }), entries };
}
