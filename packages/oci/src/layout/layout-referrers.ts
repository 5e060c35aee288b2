import { type Descriptor, SignError } from '@securosys/core';
import { listedDescriptor } from '../attachment.js';
import { sameContent } from '../descriptor.js';
import type { OciLimits } from '../limits.js';
import { decodeManifest, type Manifest } from '../manifest.js';
import { manifestKind } from '../media-types.js';
import type { ReferrersOptions } from '../repository.js';
import { readIndex } from './index-file.js';
import { readBlob } from './store.js';

/**
 * Referrers in a layout: every manifest that `index.json` lists and that names `subject` (`notation.md` §11.3 no. 5). One unusable
 * entry does not hide the others (§20 no. 62); it is reported to the logger.
 */
export async function* layoutReferrers(
  layout: string,
  subject: Descriptor,
  limits: OciLimits,
  options: ReferrersOptions,
): AsyncGenerator<Descriptor> {
  const { entries } = await readIndex(layout, limits.manifestBytes);
  const seen = new Set<string>();
  for (const entry of entries) {
    options.signal?.throwIfAborted();
    if (seen.has(entry.digest) || !manifestKind(entry.mediaType) || entry.digest === subject.digest) continue;
    seen.add(entry.digest);
    const manifest = await usable(layout, entry, limits, options);
    if (!manifest?.subject || !sameContent(manifest.subject, subject)) continue;
    const listed = listedDescriptor(entry, manifest);
    if (options.artifactType !== undefined && listed.artifactType !== options.artifactType) continue;
    yield listed;
  }
}

async function usable(
  layout: string,
  entry: Descriptor,
  limits: OciLimits,
  options: ReferrersOptions,
): Promise<Manifest | undefined> {
  try {
    return decodeManifest(await readBlob(layout, entry, limits.manifestBytes), entry.mediaType, limits.manifestBytes);
  } catch (error) {
    if (!SignError.is(error)) throw error;
    options.logger?.warn('an entry of the image layout is unusable and was skipped', { digest: entry.digest, code: error.code });
    return undefined;
  }
}
