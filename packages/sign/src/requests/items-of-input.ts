import { type Claims, type Clock, invalidArgument, knownOptions, type PendingStore, type Signer } from '@securosys/core';
import type { BlobSource } from '@securosys/notation-envelope';
import type { Oci } from '@securosys/oci';
import { attestationPlan } from '../attest.js';
import { formatOptionNames } from '../formats/format-options.js';
import { checkSelection, selectionNames } from '../select-manifests.js';
import { prepareBlob, type SignBlobOptions } from '../sign-blob.js';
import { prepareCosignBlobCourse, type SignCosignBlobOptions } from '../sign-cosign-blob.js';
import { callOf } from '../sign-options.js';
import { checkTimestamper, signingPlans } from '../sign-plans.js';
import { blobItem, manifestItem } from './course-items.js';
import { findImage, type ManifestPlan, prepareImage } from './prepare-image.js';
import type {
  AttestationItemInput,
  BlobItemInput,
  ImageItemInput,
  PrepareRequestOptions,
  RequestItemInput,
} from './request-inputs.js';
import type { WorkItem } from './work-item.js';

/** What all items of a request share. */
export interface SharedOptions extends PrepareRequestOptions {
  readonly oci: Oci;
  readonly store: PendingStore;
  readonly clock: Clock;
}

const where = 'prepareSigningRequest';
const own = ['signer', 'timestamper', 'claims'];
const imageNames = ['image', 'format', ...own, ...formatOptionNames, ...selectionNames];
const attestationNames = [
  'image',
  'predicateType',
  'predicate',
  'shapes',
  'digestAlgorithm',
  'signatureRepository',
  ...own,
  ...selectionNames,
];
const blobNames = ['blob', 'format', 'name', 'mediaType', ...own];

/** The items that one input means. @throws SignError `ERR_INVALID_ARGUMENT` */
export async function itemsOf(input: RequestItemInput, shared: SharedOptions): Promise<readonly WorkItem[]> {
  if (typeof input !== 'object' || input === null) return invalidArgument('an item of a signing request is an object');
  if ('blob' in input) return [await blobOf(input, shared)];
  if ('predicateType' in input) return attestationsOf(input, shared);
  if ('image' in input) return imagesOf(input, shared);
  return invalidArgument('an item of a signing request has image, blob or decrypt');
}

async function imagesOf(input: ImageItemInput, shared: SharedOptions): Promise<readonly WorkItem[]> {
  knownOptions(`${where}: image`, input, imageNames);
  const { image, claims: _, ...rest } = input;
  const plans = signingPlans(where, { ...rest, ...keyOf(input, shared) });
  return manifestsOf(image, input, plans, shared);
}

async function attestationsOf(input: AttestationItemInput, shared: SharedOptions): Promise<readonly WorkItem[]> {
  knownOptions(`${where}: attestation`, input, attestationNames);
  return manifestsOf(input.image, input, [attestationPlan({ ...input, ...keyOf(input, shared) })], shared);
}

async function manifestsOf(
  image: string,
  input: ImageItemInput | AttestationItemInput,
  plans: readonly ManifestPlan[],
  shared: SharedOptions,
): Promise<readonly WorkItem[]> {
  const { manifests, platforms } = input;
  const selection = { ...(manifests && { manifests }), ...(platforms && { platforms }) };
  checkSelection(selection);
  const options = { ...selection, ...preparing(input, shared) };
  const found = await findImage(image, options, shared.oci);
  const courses = await prepareImage(found, plans, options);
  return courses.map((course) => manifestItem(course, { submitted: false, alone: false }));
}

async function blobOf(input: BlobItemInput, shared: SharedOptions): Promise<WorkItem> {
  const { blob, ...rest } = input;
  const options = { ...rest, ...keyOf(input, shared), ...preparing(input, shared) };
  const how = { submitted: false, alone: false };
  if (input.format === 'cosign') {
    knownOptions(`${where}: blob`, input, [...blobNames, 'digestAlgorithm', 'maxBytes']);
    const course = await prepareCosignBlobCourse(blob as Uint8Array, options as SignCosignBlobOptions);
    return blobItem(course, how);
  }
  knownOptions(`${where}: blob`, input, [...blobNames, 'annotations', 'expiry', 'attributes', 'signingAgent']);
  return blobItem(await prepareBlob(blob as BlobSource, options as SignBlobOptions), how);
}

/** The key that signs an item. */
function keyOf(input: RequestItemInput, shared: SharedOptions) {
  const { signer = shared.signer, timestamper = shared.timestamper } = input;
  if (typeof signer?.begin !== 'function') invalidArgument(`${where}: an item has no signer, and the request has none either`);
  checkTimestamper(timestamper);
  return { signer: signer as Signer, ...(timestamper && { timestamper }) };
}

function preparing(input: RequestItemInput, shared: SharedOptions) {
  const claims: Claims = { ...shared.claims, ...input.claims };
  return { claims, store: shared.store, clock: shared.clock, ...callOf(shared) };
}
