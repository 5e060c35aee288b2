import { invalidArgument, knownOptions, SignError, systemClock } from '@securosys/core';
import { createOci } from '@securosys/oci';
import { ownFormats } from '../image-formats.js';
import { blobTarget, type SignedBlob } from '../sign-blob.js';
import { cosignBlobTarget, type SignedCosignBlob } from '../sign-cosign-blob.js';
import { batchOfItem } from './batch-of-item.js';
import { ItemRequest } from './item-request.js';
import type { RequestIdentity } from './request-identity.js';
import { recordKey } from './request-record.js';
import type { RequestTarget } from './request-target.js';
import { ItemRestorer } from './restore-item.js';
import { type ResumeBlobOptions, type ResumeCosignBlobOptions, resumeBlobNames } from './resume-options.js';

/**
 * As `resumeSigningRequest`, for a request of `signBlob`: `complete` gives the detached signature out. One that makes a cosign
 * signature is taken up with `format: 'cosign'`.
 * @throws SignError as `resumeSigningRequest`
 */
export async function resumeBlobSigningRequest(
  id: string,
  options: ResumeCosignBlobOptions,
): Promise<ItemRequest<SignedCosignBlob>>;
export async function resumeBlobSigningRequest(id: string, options: ResumeBlobOptions): Promise<ItemRequest<SignedBlob>>;
export async function resumeBlobSigningRequest(
  id: string,
  options: ResumeBlobOptions | ResumeCosignBlobOptions,
): Promise<ItemRequest<SignedBlob> | ItemRequest<SignedCosignBlob>> {
  if ('format' in options) return resumeCosignBlob(id, options);
  knownOptions('resumeBlobSigningRequest', options, resumeBlobNames);
  return resume(id, options, (identity) => {
    if (!identity.blob) invalidArgument('this signing request is about an image: resumeSigningRequest takes it up');
    if (identity.format === 'cosign-blob')
      invalidArgument("this signing request makes a cosign signature: say so by format: 'cosign'");
    return blobTarget(identity);
  });
}

async function resumeCosignBlob(id: string, options: ResumeCosignBlobOptions): Promise<ItemRequest<SignedCosignBlob>> {
  knownOptions('resumeBlobSigningRequest', options, [...resumeBlobNames, 'format', 'allowOpaque']);
  if (options.format !== 'cosign') return invalidArgument("format is 'cosign', or left out");
  return resume(id, options, (identity) => {
    if (identity.format !== 'cosign-blob') invalidArgument('this signing request makes no cosign signature of a blob');
    return cosignBlobTarget(identity);
  });
}

async function resume<T>(
  id: string,
  options: ResumeBlobOptions & { readonly allowOpaque?: boolean },
  targetOf: (identity: RequestIdentity) => RequestTarget<T>,
): Promise<ItemRequest<T>> {
  const { backend, store, clock = systemClock, guards, timestamper, allowOpaque } = options;
  if (typeof id !== 'string' || !/^[0-9a-f]{64}$/.test(id)) invalidArgument('the id of a signing request has 64 hex characters');
  const stored = await store.get(recordKey(id));
  if (!stored)
    throw new SignError('ERR_REQUEST_NOT_FOUND', `the store knows no signing request ${id}`, { details: { requestId: id } });
  const surroundings = {
    store,
    clock,
    guards,
    timestamper,
    allowOpaque,
    oci: createOci(),
    formats: ownFormats,
    chains: [],
    decrypt: undefined,
  };
  const course = new ItemRestorer({ ...surroundings, backends: [backend] }).course(stored, id, targetOf);
  const batch = await batchOfItem(id, surroundings);
  if (batch) course.batch = batch;
  return new ItemRequest(course);
}
