import { type CallOptions, equalBytes, SignError } from '@securosys/core';
import { dctFault, faultOf } from '../model/fault.js';
import { type RootFile, readRoot } from '../model/root.js';
import { maxFileBytes } from '../model/signed-file.js';
import type { IsPinned } from './pinning.js';
import { checkFirstRoot, checkNextRoot } from './root.js';
import { checkExpiry, checkVersion } from './signatures.js';
import type { MetadataSource } from './source.js';

/** Most roots that are walked from one that is believed to the newest. */
const maxRoots = 256;

/** What is known before anything is asked. */
export interface RootAnchors {
  readonly gun: string;
  readonly isPinned: IsPinned;
  /** A root that was believed before: whatever is pinned, the newest has to follow from it. */
  readonly known: RootFile | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Roots of one repository by their versions. */
class Roots {
  readonly #source: MetadataSource;
  readonly #call: CallOptions;
  readonly newest: RootFile;

  constructor(source: MetadataSource, call: CallOptions, newest: RootFile) {
    this.#source = source;
    this.#call = call;
    this.newest = newest;
  }

  async find(version: number): Promise<RootFile | undefined> {
    if (version === this.newest.version) return this.newest;
    const found = await this.#source.rootVersion(version, { ...this.#call, maxBytes: maxFileBytes.root });
    const root = found && readRoot(found);
    if (root && root.version !== version)
      throw dctFault('root', 'mixed', `what is called version ${version} says that it is version ${root.version}`);
    return root;
  }

  /** Verifies every root from one that is believed to the newest, each by the one before. */
  async walk(from: RootFile, { gun, now }: RootAnchors): Promise<void> {
    if (this.newest.version - from.version > maxRoots)
      throw dctFault('root', 'limit', `over ${maxRoots} versions lie between the root that is believed and the newest`);
    let previous = from;
    while (previous.version < this.newest.version) {
      const next = await this.find(previous.version + 1);
      if (!next) throw dctFault('root', 'missing', `version ${previous.version + 1} is missing on the way to the newest`);
      checkNextRoot(next, previous, gun, next === this.newest ? now : undefined);
      previous = next;
    }
    if (!equalBytes(previous.bytes, this.newest.bytes))
      throw dctFault('root', 'mixed', `there are two roots of version ${this.newest.version}`);
  }

  /** The first root that has a pinned key. */
  async firstPinned({ gun, isPinned }: RootAnchors): Promise<RootFile | undefined> {
    if (this.newest.version > maxRoots) return undefined;
    for (let version = 1; version < this.newest.version; version++) {
      const root = await this.find(version);
      if (root && isFirst(root, gun, isPinned)) return root;
    }
    return undefined;
  }
}

function isFirst(root: RootFile, gun: string, isPinned: IsPinned): boolean {
  try {
    checkFirstRoot(root, gun, isPinned, undefined);
    return true;
  } catch (error) {
    if (SignError.is(error, 'ERR_NOT_TRUSTED')) return false;
    throw error;
  }
}

/**
 * The newest root, verified (`dct.md` §9, 1 and 4): by itself where it has a pinned key, or along the chain of all roots from one that is
 * believed; and along the chain from the one that was seen last, because a pinned key may have been replaced since, and whoever has got hold
 * of it must not begin another chain. A root that does not verify leaves no trace.
 * @throws SignError `ERR_NOT_FOUND` when the repository has no trust data; `ERR_NOT_TRUSTED`, `ERR_MALFORMED`, `ERR_LIMIT`
 */
export async function trustedRoot(source: MetadataSource, anchors: RootAnchors, call: CallOptions): Promise<RootFile> {
  const { gun, isPinned, known, now } = anchors;
  const bytes = await source.current('root', { ...call, maxBytes: maxFileBytes.root });
  if (!bytes) throw new SignError('ERR_NOT_FOUND', `${gun} has no trust data`, { details: { role: 'root', gun } });
  const newest = readRoot(bytes);
  checkVersion(newest, known?.version);
  const roots = new Roots(source, call, newest);
  if (known) await roots.walk(known, anchors);
  if (isPinned || !known)
    try {
      checkFirstRoot(newest, gun, isPinned, now);
    } catch (error) {
      // After the pinned key was replaced, the pin is that of an earlier root.
      const first = faultOf(error) === 'not-pinned' ? await roots.firstPinned(anchors) : undefined;
      if (!first) throw error;
      await roots.walk(first, anchors);
    }
  checkExpiry(newest, now);
  return newest;
}
