import { type Descriptor, SignError } from '@securosys/core';
import { mediaTypes } from '@securosys/oci';
import { bundleMediaType, cosignLimits } from '../constants.js';
import { type BoundedReader, faultOf } from './bounded-reader.js';
import type { StoredItem } from './stored.js';

/** What the media types of all versions begin with. */
const bundlePrefix = bundleMediaType.slice(0, bundleMediaType.indexOf('.v0.3'));

/**
 * Whether a referrer may be a bundle by what its listing says. Older cosign wrote the type of the config, or nothing, into the index of
 * the referrers tag (`cosign.md` §7.3).
 */
function mayBeBundle({ artifactType }: Descriptor): boolean {
  return artifactType === undefined || artifactType === mediaTypes.emptyJson || artifactType.startsWith(bundlePrefix);
}

/** One referrer; `undefined` when it is somebody else's artifact without a type of its own. */
async function readReferrer(reader: BoundedReader, listed: Descriptor, subject: string): Promise<StoredItem | undefined> {
  const { mediaType, digest, size, artifactType } = listed;
  let layer: Descriptor | undefined;
  try {
    const found = await reader.repository.fetchManifest({ mediaType, digest, size }, reader.call);
    const [only, more] = found.manifest.kind === 'manifest' ? found.manifest.layers : [];
    const isBundle = only?.mediaType.startsWith(bundlePrefix) === true;
    if (!isBundle && !artifactType?.startsWith(bundlePrefix)) return undefined;
    layer = only;
    if (!only || more || !isBundle)
      throw new SignError('ERR_MALFORMED', 'the manifest of a bundle has other layers than one bundle');
    if (found.manifest.subject?.digest !== subject) throw new SignError('ERR_MALFORMED', 'a bundle belongs to another image');
    const content = await reader.blob(only, cosignLimits.bundleBytes);
    return { kind: 'bundle', manifest: found.descriptor, layer: only, content };
  } catch (error) {
    return faultOf(error, { shape: 'bundle', manifest: listed, ...(layer && { layer }) });
  }
}

/** Ends a listing: by its own limit, or because it cannot be read; a repository that nobody wrote to yet holds nothing. */
function endOfListing(error: unknown): StoredItem | undefined {
  if (SignError.is(error, 'ERR_NOT_FOUND')) return undefined;
  if (SignError.is(error, 'ERR_LIMIT')) return { kind: 'limit', shape: 'bundle', message: error.message };
  return faultOf(error, { shape: 'bundle' });
}

/** The bundles that refer to an image (`cosign.md` §7.4). Nothing that a listing says of them is believed. */
export async function* searchBundles(reader: BoundedReader, subject: Descriptor): AsyncGenerator<StoredItem, void> {
  let looked = 0;
  const listing = reader.repository.referrers(subject, reader.call)[Symbol.asyncIterator]();
  try {
    for (;;) {
      let next: IteratorResult<Descriptor>;
      try {
        next = await listing.next();
      } catch (error) {
        const end = endOfListing(error);
        if (end) yield end;
        return;
      }
      if (next.done) return;
      if (!mayBeBundle(next.value)) continue;
      if (looked++ === cosignLimits.referrers) {
        yield { kind: 'limit', shape: 'bundle', message: `over ${cosignLimits.referrers} referrers may be bundles` };
        return;
      }
      const item = await readReferrer(reader, next.value, subject.digest);
      if (item) yield item;
    }
  } finally {
    await listing.return?.();
  }
}
