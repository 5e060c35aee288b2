import { type CallOptions, type Descriptor, knownOptions } from '@securosys/core';
import type { Repository } from '@securosys/oci';
import { checkedSubject } from '../signing/shapes.js';
import { searchCosign } from './search.js';
import type { CosignCollection, StoredBundle, StoredFault, StoredLayer, StoredLimit } from './stored.js';

/** How {@link collectCosign} reads. */
export interface CollectCosignOptions extends CallOptions {
  /** Another repository that holds the signatures, as `COSIGN_REPOSITORY` names one. */
  readonly signatureRepository?: Repository;
}

/**
 * Reads all cosign signatures and attestations of an image, of both shapes, unverified. A limit that is reached is said; a thing that is
 * unusable is given as a fault. The deadline is that of each request.
 * @param subject the manifest that they are about
 * @throws SignError `ERR_INVALID_ARGUMENT`; those of the repository
 */
export async function collectCosign(
  repository: Repository,
  subject: Descriptor,
  options: CollectCosignOptions = {},
): Promise<CosignCollection> {
  knownOptions('collectCosign', options, ['signatureRepository', 'signal', 'timeoutMs', 'logger']);
  const { signatureRepository = repository, ...call } = options;
  const image = checkedSubject(subject);
  const signatures: StoredLayer[] = [];
  const attestations: StoredLayer[] = [];
  const bundles: StoredBundle[] = [];
  const faults: StoredFault[] = [];
  const limits: StoredLimit[] = [];
  for await (const item of searchCosign(signatureRepository, image, ['signature', 'attestation', 'bundle'], call)) {
    if (item.kind === 'limit') limits.push(item);
    else if (item.kind === 'fault') faults.push(item);
    else if (item.kind === 'bundle') bundles.push(item);
    else (item.kind === 'signature' ? signatures : attestations).push(item);
  }
  return { signatures, attestations, bundles, faults, limits };
}
