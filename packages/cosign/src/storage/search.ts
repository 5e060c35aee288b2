import type { CallOptions, Descriptor } from '@securosys/core';
import type { Repository } from '@securosys/oci';
import { boundedReader, overBudget } from './bounded-reader.js';
import { searchBundles } from './search-bundles.js';
import { searchLayers } from './search-layers.js';
import type { StoredItem } from './stored.js';

/**
 * Everything that is stored about an image, one after the other and within limits (`cosign.md` §7.4, §10): behind the tags, and as
 * referrers. What is unusable is given as a fault and hides nothing.
 * @throws SignError `ERR_INVALID_ARGUMENT`; those of the repository
 */
export async function* searchCosign(
  repository: Repository,
  subject: Descriptor,
  kinds: readonly ('signature' | 'attestation' | 'bundle')[],
  call: CallOptions,
): AsyncGenerator<StoredItem, void> {
  const reader = boundedReader(repository, call);
  for (const kind of kinds) {
    yield* kind === 'bundle' ? searchBundles(reader, subject) : searchLayers(reader, subject.digest, kind);
    if (reader.leftOut()) yield { kind: 'limit', shape: kind === 'bundle' ? 'bundle' : 'legacy', message: overBudget };
  }
}
