import { type Descriptor, knownOptions, SignError, systemClock } from '@securosys/core';
import { type CosignShape, collectCosign, type StoredBundle, type StoredLayer } from '@securosys/cosign';
import { createOci } from '@securosys/oci';
import { type CosignContents, contentsOf } from './cosign-contents.js';
import { Deadline } from './deadline.js';
import type { ListSignaturesOptions } from './list-signatures.js';

/** How cosign signatures are listed. */
export interface ListCosignSignaturesOptions extends Omit<ListSignaturesOptions, 'maxSignatures'> {
  format: 'cosign';
  /** Repository that holds the signatures, as `COSIGN_REPOSITORY` names one to cosign. Default: that of the image. */
  signatureRepository?: string;
}

/** One stored signature or attestation, as it is: nothing of it is verified. */
export type ListedCosignSignature = {
  readonly shape: CosignShape;
  /** `repository@digest` of the manifest that holds it, for `inspectSignature`; absent when not even that could be read. */
  readonly reference?: string;
  /** Of that manifest. */
  readonly descriptor?: Descriptor;
  /** Of the payload, the envelope or the bundle. */
  readonly layer?: Descriptor;
} & (
  | { readonly contents: CosignContents; readonly error?: never }
  | { /** Why this one cannot be used. */ readonly error: SignError; readonly contents?: never }
);

/** What cosign keeps beside one object: signatures and attestations, legacy ones first. */
export interface CosignSignatureList {
  /** `repository@digest`: the object whose signatures these are. */
  readonly reference: string;
  readonly descriptor: Descriptor;
  readonly signatures: readonly ListedCosignSignature[];
  /** Limits that ended the search early, one sentence each; empty: these are all. */
  readonly limits: readonly string[];
}

const optionNames = ['format', 'signatureRepository', 'oci', 'clock', 'signal', 'timeoutMs', 'logger'];

/** Lists what cosign keeps beside an image; see `listSignatures`. */
export async function listCosignSignatures(
  reference: string,
  options: ListCosignSignaturesOptions,
): Promise<CosignSignatureList> {
  knownOptions('listSignatures', options, optionNames);
  const { oci = createOci(), clock = systemClock, signatureRepository: elsewhere } = options;
  const deadline = new Deadline('listing the signatures', clock, 120_000, options);
  try {
    const repository = oci.open(reference);
    const image = await repository.resolve(undefined, deadline.one());
    const signatureRepository = elsewhere === undefined ? repository : oci.open(elsewhere);
    const call = { ...deadline.one(), signatureRepository };
    const found = await deadline.race(collectCosign(repository, image.descriptor, call));
    const base = elsewhere ?? image.reference.slice(0, image.reference.lastIndexOf('@'));
    const stored = [...found.signatures, ...found.attestations, ...found.bundles].map((one) => listed(base, one));
    const faults = found.faults.map(({ shape, manifest, layer, error }): ListedCosignSignature => {
      return { shape, ...(manifest && at(base, manifest)), ...(layer && { layer }), error };
    });
    const limits = found.limits.map(({ message }) => message);
    return { reference: image.reference, descriptor: image.descriptor, signatures: [...stored, ...faults], limits };
  } finally {
    deadline.end();
  }
}

const at = (base: string, { mediaType, digest, size }: Descriptor) => {
  return { reference: `${base}@${digest}`, descriptor: { mediaType, digest, size } };
};

function listed(base: string, stored: StoredLayer | StoredBundle): ListedCosignSignature {
  const { manifest, layer } = stored;
  const about = { shape: stored.kind === 'bundle' ? 'bundle' : 'legacy', ...at(base, manifest), layer } as const;
  try {
    return { ...about, contents: contentsOf(stored) };
  } catch (error) {
    if (SignError.is(error)) return { ...about, error };
    throw error;
  }
}
