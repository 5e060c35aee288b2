import { type Descriptor, invalidArgument, type JsonObject, knownOptions } from '@securosys/core';
import { checkedPredicate, type PredicateName, type Predicates, type PredicateUri, predicateTypeOf } from '@securosys/cosign';
import { createOci, type Oci } from '@securosys/oci';
import { predicateHash, prepareAttestation } from './formats/cosign-attestation.js';
import { cosignIdentity, rememberedManifest } from './formats/cosign-options.js';
import type { CosignManifestOptions } from './formats/format-options.js';
import { completeCourses } from './requests/complete-courses.js';
import { findImage, type ManifestPlan, prepareImage } from './requests/prepare-image.js';
import type { SignedManifest } from './requests/request-target.js';
import { checkSelection, type ManifestSelection, selectionNames } from './select-manifests.js';
import { callOf, type SigningOptions, signingOptionNames } from './sign-options.js';
import { checkTimestamper } from './sign-plans.js';

/**
 * What is said about an image, and of what kind the statement is: a short name that cosign's `--type` has, with what that type needs, or the
 * URI of a predicate type and any object. It is plain JSON data, written in the order of its members.
 */
export type AttestedPredicate =
  | {
      readonly [Name in PredicateName]: { readonly predicateType: Name; readonly predicate: Predicates[Name] };
    }[PredicateName]
  | { readonly predicateType: PredicateUri; readonly predicate: Readonly<JsonObject> };

/** How it is signed. */
export interface AttestSettings extends SigningOptions, CosignManifestOptions, ManifestSelection {
  /** Registry access. Default: anonymous, public registries only. */
  oci?: Oci;
}

/** What is attested about an image, and how it is signed. */
export type AttestOptions = AttestSettings & AttestedPredicate;

/** An image and the attestation that is now attached to it. */
export interface AttestedImage {
  /** `repository@digest` of what the reference named. */
  readonly reference: string;
  /** Its media type, digest and size. */
  readonly subject: Descriptor;
  /** URI of the predicate type. */
  readonly predicateType: string;
  /** Descriptor of the attestation's manifest: of the image itself, or of the first child where only children were meant. */
  readonly signature: Descriptor;
  /** Id of the signing request that `signature` was. */
  readonly requestId: string;
  /** Every manifest that has the attestation now, the image itself first. */
  readonly manifests: readonly SignedManifest[];
}

const optionNames = [
  'predicateType',
  'predicate',
  'shapes',
  'digestAlgorithm',
  'signatureRepository',
  ...signingOptionNames,
  ...selectionNames,
  'oci',
];

/** The signature that an attestation needs. @throws SignError `ERR_INVALID_ARGUMENT` for what is no predicate of its type */
export function attestationPlan(
  options: AttestedPredicate & CosignManifestOptions & Pick<SigningOptions, 'signer' | 'timestamper'>,
): ManifestPlan {
  const { type, predicate } = checkedPredicate(options.predicateType, options.predicate);
  const predicateType = predicateTypeOf(type) as PredicateUri;
  return {
    id: 'cosign-attestation',
    signer: options.signer,
    timestamper: options.timestamper,
    asked: { ...cosignIdentity(options), predicateType, predicateSha256: predicateHash(predicate) },
    format: {
      certified: false,
      remembered: rememberedManifest,
      prepare: (subject, key, identity) => prepareAttestation(subject, key, identity, predicate),
    },
  };
}

/**
 * Makes a signed statement about the image that a reference names now, and attaches it (`cosign.md` §5): an in-toto statement in a DSSE
 * envelope, as `cosign verify-attestation` and admission controllers read it. Where the reference names an index, `manifests` and `platforms`
 * say what the statement is made about, one for each.
 *
 * One statement is one signature, in whichever shapes it is stored, so that people approve it once. While they decide it throws
 * `ERR_APPROVAL_PENDING` with `details.requestId`; call it again with the same arguments, or `resumeSigningRequest` in another process, and
 * the same request continues.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { attest, type Signer } from '@securosys/sign';
 * declare const signer: Signer;
 * const predicate = JSON.parse(await readFile('app.spdx.json', 'utf8'));
 * await attest('registry.example/app:1.4', { signer, predicateType: 'spdxjson', predicate });
 * ```
 * @throws SignError as `signImage`, and `ERR_ALGORITHM_UNSUPPORTED` for a key that cosign cannot verify with
 */
export async function attest(reference: string, options: AttestOptions): Promise<AttestedImage> {
  knownOptions('attest', options, optionNames);
  const { signer, timestamper } = options;
  if (typeof signer?.begin !== 'function') invalidArgument('attest needs a signer: createSigner(backend, { label })');
  checkTimestamper(timestamper);
  checkSelection(options);
  const plan = attestationPlan(options);
  const { approvalTimeoutMs = 0, onProgress, oci = createOci() } = options;
  const found = await findImage(reference, options, oci);
  const courses = await prepareImage(found, [plan], options);
  const waiting = { ...callOf(options), approvalTimeoutMs, ...(onProgress && { onProgress }) };
  const manifests = await completeCourses(courses, waiting);
  const { signature, requestId } = manifests[0] as SignedManifest;
  const predicateType = plan.asked.predicateType as string;
  return { reference: found.image.reference, subject: found.image.descriptor, predicateType, signature, requestId, manifests };
}
