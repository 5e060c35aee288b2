import {
  type Claims,
  type Clock,
  canonicalJson,
  hexText,
  invalidArgument,
  knownOptions,
  nodeCrypto,
  type PendingStore,
  parseJsonObject,
  type Signer,
} from '@securosys/core';
import type { BlobSource } from '@securosys/notation-envelope';
import { type Oci, parseReference } from '@securosys/oci';
import { attestationPlan } from '../attest.js';
import { formatOptionNames } from '../formats/format-options.js';
import { checkSigningFormat, formatTable, isSigningFormat, manifestFormatOf } from '../formats/signing-format.js';
import type { FormatTable } from '../image-formats.js';
import { checkSelection, selectionNames } from '../select-manifests.js';
import { prepareBlob, type SignBlobOptions } from '../sign-blob.js';
import { prepareCosignBlobCourse, type SignCosignBlobOptions } from '../sign-cosign-blob.js';
import { callOf } from '../sign-options.js';
import { checkTimestamper, signingPlans } from '../sign-plans.js';
import { blobItem, manifestItem } from './course-items.js';
import { DecryptItem, decryptTarget } from './decrypt-item.js';
import { decryptId, readDecryptRecord } from './decrypt-record.js';
import { checkOpening, decryptSettingNames } from './decrypt-settings.js';
import { type FoundImage, findImage, type ManifestPlan, prepareImage } from './prepare-image.js';
import { repositoryOf } from './request-identity.js';
import type {
  AttestationItemInput,
  BlobItemInput,
  DecryptItemInput,
  ForeignItemInput,
  ImageItemInput,
  PrepareRequestOptions,
  RequestItemInput,
} from './request-inputs.js';
import { recordKey } from './request-record.js';
import { movedSince } from './tag-memory.js';
import type { WorkItem } from './work-item.js';

/** What all items of a request share. */
export interface SharedOptions extends PrepareRequestOptions {
  readonly oci: Oci;
  readonly store: PendingStore;
  readonly clock: Clock;
  readonly formats?: FormatTable;
}

const where = 'prepareSigningRequest';
const own = ['signer', 'timestamper', 'claims'];
const imageNames = ['image', 'format', ...own, ...formatOptionNames, ...selectionNames];
const foreignNames = ['image', 'format', 'options', ...own, ...selectionNames];
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
const decryptNames = ['decrypt', 'to', 'platforms', 'claims', ...decryptSettingNames];
const blobNames = ['blob', 'format', 'name', 'mediaType', ...own];

type SignedItemInput = Exclude<RequestItemInput, DecryptItemInput>;

/** The items that one input means. @throws SignError `ERR_INVALID_ARGUMENT` */
export async function itemsOf(input: RequestItemInput, shared: SharedOptions): Promise<readonly WorkItem[]> {
  if (typeof input !== 'object' || input === null) return invalidArgument('an item of a signing request is an object');
  if ('decrypt' in input) return [await decryptionOf(input, shared)];
  if ('blob' in input) return [await blobOf(input, shared)];
  if ('predicateType' in input) return attestationsOf(input, shared);
  if ('image' in input)
    return isSigningFormat(input.format)
      ? foreignOf(input as ForeignItemInput, shared)
      : imagesOf(input as ImageItemInput, shared);
  return invalidArgument('an item of a signing request has image, blob or decrypt');
}

async function imagesOf(input: ImageItemInput, shared: SharedOptions): Promise<readonly WorkItem[]> {
  knownOptions(`${where}: image`, input, imageNames);
  const { image, claims: _, ...rest } = input;
  const plans = signingPlans(where, { ...rest, ...keyOf(input, shared) });
  return manifestsOf(image, input, plans, shared);
}

async function foreignOf(input: ForeignItemInput, shared: SharedOptions): Promise<readonly WorkItem[]> {
  knownOptions(`${where}: image`, input, foreignNames);
  const { image, format: own, options = {} } = input;
  checkSigningFormat(own);
  const { id } = own.format;
  const asked = { options: parseJsonObject(canonicalJson(options)) };
  const { certified, remembered } = manifestFormatOf(own);
  const plan: ManifestPlan = {
    id,
    asked,
    timestamper: undefined,
    ...keyOf(input, shared),
    format: {
      certified,
      ...(remembered && { remembered }),
      prepare: (subject, key) => own.format.prepare(subject, key, asked.options),
    },
  };
  return manifestsOf(image, input, [plan], { ...shared, formats: formatTable([own]) });
}

async function attestationsOf(input: AttestationItemInput, shared: SharedOptions): Promise<readonly WorkItem[]> {
  knownOptions(`${where}: attestation`, input, attestationNames);
  return manifestsOf(input.image, input, [attestationPlan({ ...input, ...keyOf(input, shared) })], shared);
}

async function manifestsOf(
  image: string,
  input: ImageItemInput | ForeignItemInput | AttestationItemInput,
  plans: readonly ManifestPlan[],
  shared: SharedOptions,
): Promise<readonly WorkItem[]> {
  const { manifests, platforms } = input;
  const selection = { ...(manifests && { manifests }), ...(platforms && { platforms }) };
  checkSelection(selection);
  const found = await findImage(image, { ...selection, ...callOf(shared) }, shared.oci);
  const { claims, ...how } = preparing(input, shared);
  const options = { ...selection, ...how, claims: { ...(await movedTag(found, shared)), ...claims } };
  const courses = await prepareImage(found, plans, options);
  return courses.map((course) => manifestItem(course, { submitted: false, alone: false }));
}

/** What approvers are told of a tag that named something else when it was last published. */
async function movedTag({ tag, image }: FoundImage, { store }: SharedOptions): Promise<Claims> {
  const { digest } = image.descriptor;
  return tag === undefined ? {} : movedSince(store, { repository: repositoryOf(image.reference), tag, digest });
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

async function decryptionOf(input: DecryptItemInput, shared: SharedOptions): Promise<WorkItem> {
  knownOptions(`${where}: decrypt`, input, decryptNames);
  const { decrypt, to, platforms, claims, ...settings } = input;
  if (shared.publish === 'all')
    invalidArgument("a decryption is published when it is made: it is no part of a request with publish: 'all'");
  const { oci, store, clock } = shared;
  checkOpening(where, settings);
  decryptTarget(to);
  const parsed = parseReference(decrypt);
  const { reference } = await oci.open(parsed).resolve(undefined, callOf(shared));
  const tag = parsed.digest === undefined ? parsed.tag : undefined;
  const identity = { reference, ...(tag !== undefined && { tag }), to, ...(platforms && { platforms: [...platforms] }) };
  const key = recordKey(decryptId(identity));
  const known = await store.get(key);
  const record = known
    ? readDecryptRecord(known, decryptId(identity))
    : { identity, claims: { image: decrypt, ...shared.claims, ...claims }, nonce: hexText(nodeCrypto().randomBytes(16)) };
  return new DecryptItem({ record, store, oci, settings: { clock, ...settings }, origin: known ? 'stored' : 'new' });
}

/** The key that signs an item. */
function keyOf(input: SignedItemInput, shared: SharedOptions) {
  const { signer = shared.signer, timestamper = shared.timestamper } = input;
  if (typeof signer?.begin !== 'function') invalidArgument(`${where}: an item has no signer, and the request has none either`);
  checkTimestamper(timestamper);
  return { signer: signer as Signer, ...(timestamper && { timestamper }) };
}

function preparing(input: SignedItemInput, shared: SharedOptions) {
  const claims: Claims = { ...shared.claims, ...input.claims };
  return {
    claims,
    store: shared.store,
    clock: shared.clock,
    ...(shared.formats && { formats: shared.formats }),
    ...callOf(shared),
  };
}
