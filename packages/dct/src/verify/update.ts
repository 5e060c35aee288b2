import { type CallOptions, type PendingStore, SignError } from '@securosys/core';
import { dctFault, faultOf } from '../model/fault.js';
import { KnownTargets } from '../model/known-targets.js';
import { type ListingFile, readListing } from '../model/listing.js';
import { checkGun } from '../model/roles.js';
import type { RootFile } from '../model/root.js';
import { maxFileBytes } from '../model/signed-file.js';
import { type KnownEntries, readTargets, type TargetsFile } from '../model/targets.js';
import { type SkippedDelegation, type VerifiedDelegation, verifyDelegations } from './delegations.js';
import { checkListed, listedFile } from './listed-file.js';
import { readSeen, type SeenVersions, writeSeen } from './memory-of-versions.js';
import { type DctRootPin, readPin } from './pinning.js';
import { readAhead } from './read-ahead.js';
import { trustedRoot } from './root-chain.js';
import { checkExpiry, checkThreshold, checkVersion, keysOf } from './signatures.js';
import type { MetadataSource } from './source.js';

/** All metadata of a repository, verified at one moment. */
export interface TrustedRepository {
  readonly gun: string;
  readonly root: RootFile;
  readonly timestamp: ListingFile;
  readonly snapshot: ListingFile;
  readonly targets: TargetsFile;
  /** Level by level below `targets`. */
  readonly delegations: readonly VerifiedDelegation[];
  readonly skipped: readonly SkippedDelegation[];
  /** Whether the root was pinned, and not believed because it came first. */
  readonly pinned: boolean;
  /** Milliseconds since 1970. */
  readonly verifiedAt: number;
}

/** What verification starts from. */
export interface UpdateOptions {
  readonly gun: string;
  readonly root: DctRootPin;
  readonly source: MetadataSource;
  /** Remembers versions, so that old metadata is not taken for new; and the first root where none is pinned. */
  readonly cache?: PendingStore;
  /** Milliseconds since 1970. */
  readonly now: number;
}

interface Files {
  readonly root: RootFile;
  readonly timestamp: ListingFile;
  readonly snapshot: ListingFile;
}

/** What the listings are read from, and judged by. */
interface ListingContext {
  readonly source: MetadataSource;
  readonly seen: SeenVersions;
  readonly now: number;
}

async function listings(
  { source, seen, now }: ListingContext,
  root: RootFile,
  stamp: Uint8Array | undefined,
  call: CallOptions,
): Promise<Files> {
  const verified = (file: ListingFile): ListingFile => {
    const keys = root.roles[file.role as 'timestamp' | 'snapshot'];
    checkThreshold(file, keys.threshold, keysOf(keys, root.keys));
    checkVersion(file, seen.versions.get(file.role));
    checkExpiry(file, now);
    return file;
  };
  if (!stamp) throw dctFault('timestamp', 'missing', 'it is not there');
  const timestamp = verified(readListing('timestamp', stamp));
  const hashes = timestamp.meta.get('snapshot') ?? { length: -1, sha256: '' };
  const snapshot = verified(readListing('snapshot', await listedFile(source, 'snapshot', hashes, call)));
  try {
    checkListed('root', root.bytes, snapshot.meta.get('root') ?? { length: -1, sha256: '' });
  } catch (cause) {
    throw dctFault('root', 'mixed', 'the snapshot lists another root than the newest', cause);
  }
  return { root, timestamp, snapshot };
}

/** What a repository may look like between two looks while somebody publishes. */
const passing = new Set(['mixed', 'missing', 'threshold']);

async function verifyTargets({ root, snapshot }: Files, { source, seen, now }: ListingContext, call: CallOptions) {
  const hashes = snapshot.meta.get('targets') ?? { length: -1, sha256: '' };
  const known: KnownEntries = new KnownTargets();
  const targets = readTargets('targets', await listedFile(source, 'targets', hashes, call), known);
  checkThreshold(targets, root.roles.targets.threshold, keysOf(root.roles.targets, root.keys));
  checkVersion(targets, seen.versions.get('targets'));
  checkExpiry(targets, now);
  return { targets, ...(await verifyDelegations({ source, snapshot, seen: seen.versions, now, known }, targets, call)) };
}

/**
 * Reads and verifies a whole repository, as `dct.md` §9 says: root, timestamp, snapshot, targets, delegations.
 * @throws SignError `ERR_NOT_FOUND`; `ERR_NOT_TRUSTED`, `ERR_MALFORMED`, `ERR_LIMIT`, `ERR_DIGEST_MISMATCH`, with `details.role` and
 * `details.reason`; `ERR_INVALID_ARGUMENT`; `ERR_STORE`; those of the source
 */
export async function verifyRepository(options: UpdateOptions, call: CallOptions = {}): Promise<TrustedRepository> {
  const { source, cache, now } = options;
  const gun = checkGun(options.gun);
  const isPinned = readPin(options.root);
  const seen = await readSeen(cache, gun);
  const files = async (): Promise<Files> => {
    // Asked for beside the root, which it is verified by when both are there.
    const stamp = source.current('timestamp', { ...call, maxBytes: maxFileBytes.timestamp });
    // Whatever is wrong with the root is said first.
    stamp.catch(() => undefined);
    const root = await trustedRoot(source, { gun, isPinned, known: seen.root, now }, call);
    return listings({ source, seen, now }, root, await stamp, call);
  };
  let found: Files;
  try {
    found = await files();
  } catch (error) {
    // Somebody may have published between two of our requests: once more from the start, and no more than once.
    if (!SignError.is(error, 'ERR_NOT_TRUSTED') || !passing.has(faultOf(error) ?? '')) throw error;
    found = await files();
  }
  const { root, timestamp, snapshot } = found;
  const ahead = readAhead(source, snapshot, call);
  const below = await verifyTargets(found, { source: ahead.source, seen, now }, call).finally(ahead.close);
  const { targets, verified, skipped } = below;
  const all = [timestamp, snapshot, targets, ...verified.map(({ file }) => file)];
  await writeSeen(cache, gun, { root, versions: new Map(all.map(({ role, version }) => [role, version])) });
  return {
    gun,
    root,
    timestamp,
    snapshot,
    targets,
    delegations: verified,
    skipped,
    pinned: isPinned !== undefined,
    verifiedAt: now,
  };
}
