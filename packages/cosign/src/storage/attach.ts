import {
  type CallOptions,
  type Clock,
  type Descriptor,
  invalidArgument,
  knownOptions,
  SignError,
  signatureAlgorithms,
  systemClock,
} from '@securosys/core';
import type { Repository } from '@securosys/oci';
import { signPredicateType } from '../constants.js';
import { checkedSubject } from '../signing/shapes.js';
import type { CosignAttestation, CosignSignature } from '../signing/signature.js';
import { appendLayer } from './append-layer.js';
import { attachBundle } from './attach-bundle.js';
import { type AttachedBy, sameLayer } from './same-layer.js';
import { attestationLayer, type NewLayer, signatureLayer } from './signature-layer.js';

/** How {@link attachCosign} stores. The deadline is that of each request. */
export interface AttachCosignOptions extends CallOptions {
  /** The key that signed: then what it has signed already is not stored a second time. */
  readonly by?: AttachedBy;
  /** Another repository for the signatures, as `COSIGN_REPOSITORY` names one. */
  readonly signatureRepository?: Repository;
  /** Of the annotation that says when a bundle was made, which nobody signs. Default: the machine's. */
  readonly clock?: Clock;
}

const names = ['by', 'signatureRepository', 'clock', 'signal', 'timeoutMs', 'logger'];

/** Checks options once for all functions that attach. @throws SignError `ERR_INVALID_ARGUMENT` */
export function attachSettings(where: string, options: AttachCosignOptions) {
  knownOptions(where, options, names);
  const { by, signatureRepository, clock = systemClock, ...call } = options;
  if (by !== undefined && (!(by?.spki instanceof Uint8Array) || !signatureAlgorithms.includes(by.algorithm)))
    invalidArgument(`${where}: by is a key with spki and algorithm`);
  return { by, signatureRepository, clock, call };
}

/**
 * Stores the signature of an image, or an attestation about it, in the shapes that it has: behind the `.sig` or `.att` tag, where many writers
 * at once lose nothing and the layers of others stay as they are, and as a bundle that refers to the image (`cosign.md` §3.4, §5.3, §7).
 * @param subject media type, digest and size of the very manifest that was signed
 * @returns descriptors of the manifests that hold it: that of the tag, that of the bundle
 * @throws SignError `ERR_INVALID_ARGUMENT` when it is about another image; `ERR_CONFLICT` when others kept writing over it, or the registry
 * lets no tag move; `ERR_LIMIT`, `ERR_MALFORMED`; those of the repository. The legacy shape may then be stored already: doing it again with
 * `by` stores nothing twice
 *
 * @example
 * ```ts
 * import { attachCosign, type CosignSignature } from '@securosys/cosign';
 * import { createOci } from '@securosys/oci';
 * declare const signature: CosignSignature;
 * const repository = createOci().open('registry.example/app');
 * const [first] = await attachCosign(repository, signature, signature.subject);
 * console.log(first?.digest);
 * ```
 */
export async function attachCosign(
  repository: Repository,
  artifact: CosignSignature | CosignAttestation,
  subject: Descriptor,
  options: AttachCosignOptions = {},
): Promise<Descriptor[]> {
  const { by, signatureRepository: target = repository, clock, call } = attachSettings('attachCosign', options);
  const image = checkedSubject(subject);
  if (artifact?.subject?.digest !== image.digest) invalidArgument('attachCosign: the signature is about another image');
  const stored: Descriptor[] = [];
  const append = async (layer: NewLayer) =>
    stored.push(await appendLayer(target, image, layer, sameLayer(target, layer, by, call), call));
  const [legacy, bundle, predicateType] =
    artifact.kind === 'signature'
      ? [artifact.legacy && signatureLayer(artifact.legacy), artifact.bundle, signPredicateType]
      : [
          artifact.shapes.includes('legacy') ? attestationLayer(artifact) : undefined,
          artifact.shapes.includes('bundle') ? artifact.envelope : undefined,
          artifact.predicateType,
        ];
  if (legacy) await append(legacy);
  if (bundle) stored.push(await attachBundle(target, image, bundle, predicateType, { by, now: clock.now(), call }));
  if (stored.length === 0) throw new SignError('ERR_INVALID_ARGUMENT', 'attachCosign: the artifact holds no signature');
  return stored;
}
