import { type Descriptor, invalidArgument, knownOptions } from '@securosys/core';
import { createOci, type Oci } from '@securosys/oci';
import { type FormatOptions, formatOptionNames } from './formats/format-options.js';
import { completeCourses } from './requests/complete-courses.js';
import { findImage, prepareImage } from './requests/prepare-image.js';
import type { SignedManifest } from './requests/request-target.js';
import { checkSelection, type ManifestSelection, selectionNames } from './select-manifests.js';
import { callOf, type SigningOptions, signingOptionNames } from './sign-options.js';
import { type FormatChoice, signingPlans } from './sign-plans.js';

/** How an image is signed. What a format does not have is refused, not left out: among several formats, give it to those that have it. */
export interface SignImageOptions extends SigningOptions, FormatOptions, ManifestSelection {
  /** One format, or several: `['notation-jws', { format: 'notation-cose', expiry: '90d' }]` makes a signature in each. */
  format: FormatChoice;
  /** Registry access. Default: anonymous, public registries only. */
  oci?: Oci;
}

/** An image and what is now attached to it. */
export interface SignedImage {
  /** `repository@digest` of what the reference named. */
  readonly reference: string;
  /** Its media type, digest and size. */
  readonly subject: Descriptor;
  /** Descriptor of the signature's manifest: of the image itself, or of the first child where only children were signed. */
  readonly signature: Descriptor;
  /** Id of the signing request that `signature` was. */
  readonly requestId: string;
  /** Everything that was signed, the image itself first; what was signed in several formats is there once for each. */
  readonly manifests: readonly SignedManifest[];
}

/** Names of what {@link signImage} takes besides registry access. */
export const signImageNames: readonly string[] = ['format', ...signingOptionNames, ...formatOptionNames, ...selectionNames];

/**
 * Signs the image that a reference names now, and attaches the signature to it. Where the reference names an index, `manifests` and `platforms`
 * say what is signed: by default the index alone, as Notation does.
 *
 * Underneath each manifest is a signing request. While people decide it throws `ERR_APPROVAL_PENDING` with `details.requestId`;
 * call it again with the same arguments, or `resumeSigningRequest` in another process, and the same request continues. Requests for several
 * manifests are all submitted before any is waited for; `details.manifests` says how far each came, and the next call does the rest.
 *
 * @example
 * ```ts
 * import { connectMemory, createSigner, signImage } from '@securosys/sign';
 * const backend = connectMemory();
 * declare const chain: Uint8Array[]; // DER, leaf first
 * const signer = createSigner(backend, { label: 'release' }, { chain });
 * const signed = await signImage('registry.example/app:1.4', { signer, format: 'notation-jws', expiry: '90d' });
 * console.log(signed.reference); // registry.example/app@sha256:…
 * ```
 * @throws SignError `ERR_APPROVAL_PENDING`; `ERR_CHAIN_INVALID` when the key has no certificate chain that the format takes;
 * `ERR_NOT_FOUND` when the index lists no manifest for a platform; those of {@link ItemRequest.complete}, of the signer, the
 * backend and the registry
 */
export async function signImage(reference: string, options: SignImageOptions): Promise<SignedImage> {
  knownOptions('signImage', options, [...signImageNames, 'oci']);
  if (typeof options.signer?.begin !== 'function') invalidArgument('signImage needs a signer: createSigner(backend, { label })');
  checkSelection(options);
  const plans = signingPlans('signImage', options);
  const { approvalTimeoutMs = 0, onProgress, oci = createOci() } = options;
  const found = await findImage(reference, options, oci);
  const courses = await prepareImage(found, plans, options);
  const waiting = { ...callOf(options), approvalTimeoutMs, ...(onProgress && { onProgress }) };
  const manifests = await completeCourses(courses, waiting);
  const { signature, requestId } = manifests[0] as SignedManifest;
  return { reference: found.image.reference, subject: found.image.descriptor, signature, requestId, manifests };
}
