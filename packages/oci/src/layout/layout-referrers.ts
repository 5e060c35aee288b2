import { type Descriptor, SignError } from '@securosys/core';
import type { Call } from '@securosys/transport';
import { listedDescriptor } from '../attachment.js';
import { sameContent } from '../descriptor.js';
import { boundedReferrers } from '../internal/bounded-referrers.js';
import type { OciLimits } from '../limits.js';
import { decodeManifest, type Manifest } from '../manifest.js';
import { manifestKind } from '../media-types.js';
import { readIndex } from './index-contents.js';
import { readBlob } from './store.js';

/**
 * Referrers in a layout: every manifest that `index.json` lists and that names `subject` (`notation.md` §11.3 no. 5). One unusable
 * entry does not hide the others (§20 no. 62); it is reported to the logger. Caps and deadline are those of registries.
 */
export async function* layoutReferrers(
  call: Call,
  layout: string,
  subject: Descriptor,
  limits: OciLimits,
  artifactType: string | undefined,
): AsyncGenerator<Descriptor> {
  const { entries } = await call.step(readIndex(layout, limits.manifestBytes));
  // One manifest is read once, however often it is listed.
  const read = new Set<string>();
  yield* boundedReferrers(call, limits, subject.digest, entries, async (entry) => {
    if (read.has(entry.digest) || !manifestKind(entry.mediaType) || entry.digest === subject.digest) return undefined;
    read.add(entry.digest);
    const manifest = await usable(call, layout, entry, limits);
    if (!manifest?.subject || !sameContent(manifest.subject, subject)) return undefined;
    const listed = listedDescriptor(entry, manifest);
    return artifactType === undefined || listed.artifactType === artifactType ? listed : undefined;
  });
}

async function usable(call: Call, layout: string, entry: Descriptor, limits: OciLimits): Promise<Manifest | undefined> {
  try {
    return decodeManifest(await readBlob(layout, entry, limits.manifestBytes), entry.mediaType, limits.manifestBytes);
  } catch (error) {
    if (!SignError.is(error)) throw error;
    call.logger?.warn('an entry of the image layout is unusable and was skipped', { digest: entry.digest, code: error.code });
    return undefined;
  }
}
