import {
  base64Bytes,
  type CallOptions,
  type Clock,
  createSigner,
  type Guard,
  invalidArgument,
  type KeyBackend,
  knownOptions,
  type PendingStore,
  SignError,
  sha256Hex,
  systemClock,
  type Timestamper,
} from '@securosys/core';
import { createOci, type Oci } from '@securosys/oci';
import { requestFormat } from '../image-formats.js';
import { blobTarget, type SignedBlob } from '../sign-blob.js';
import { cosignBlobTarget, type SignedCosignBlob } from '../sign-cosign-blob.js';
import { ItemRequest } from './item-request.js';
import { RequestCourse } from './request-course.js';
import type { RequestIdentity } from './request-identity.js';
import { recordKey } from './request-record.js';
import { manifestTarget, type RequestTarget } from './request-target.js';
import { takeUp } from './take-up.js';

/** What taking up a signing request needs. */
export interface ResumeOptions extends CallOptions {
  backend: KeyBackend;
  /** The store that the request was made with. */
  store: PendingStore;
  /** Registry access. Default: anonymous, public registries only. */
  oci?: Oci;
  guards?: readonly Guard[];
  /** Needed for requests that were made with one. */
  timestamper?: Timestamper;
  clock?: Clock;
}

/** What taking up a signing request of `signBlob` needs in Notary Project formats. */
export type ResumeBlobOptions = Omit<ResumeOptions, 'oci'>;

/** What taking up a signing request of `signBlob` needs that makes a cosign signature. */
export interface ResumeCosignBlobOptions extends ResumeBlobOptions {
  format: 'cosign';
  /** A blob is of no known format, so that signing it needs a right of its own (S9), as for `createSigner`. */
  allowOpaque?: boolean;
}

const optionNames = ['backend', 'store', 'guards', 'timestamper', 'clock', 'signal', 'timeoutMs', 'logger'];

/**
 * Takes up a signing request in another process. What the store holds is treated as hostile: the id must be that of its contents,
 * and the bytes to be signed must say what the id stands for, for the key that it names (S30).
 *
 * @example
 * ```ts
 * import { connectTsb, createFolderStore, resumeSigningRequest } from '@securosys/sign';
 * declare const id: string; // details.requestId of ERR_APPROVAL_PENDING
 * const backend = connectTsb({ url: 'https://tsb.example', auth: { type: 'token', token: async () => process.env.TSB_TOKEN ?? '' } });
 * const request = await resumeSigningRequest(id, { backend, store: createFolderStore('.signing') });
 * if ((await request.refresh()).status === 'executed') await request.complete();
 * ```
 * @throws SignError `ERR_REQUEST_NOT_FOUND`; `ERR_MALFORMED` when the record was altered; `ERR_INVALID_ARGUMENT` for another backend, or when the request demands a
 * timestamp and there is no timestamper
 */
export async function resumeSigningRequest(id: string, options: ResumeOptions): Promise<ItemRequest> {
  knownOptions('resumeSigningRequest', options, [...optionNames, 'oci']);
  const { oci = createOci() } = options;
  return resume(id, options, (identity) => {
    if (identity.blob) invalidArgument('this signing request is about a blob: resumeBlobSigningRequest takes it up');
    return manifestTarget(oci, options.clock ?? systemClock, identity);
  });
}

/**
 * As {@link resumeSigningRequest}, for a request of `signBlob`: `complete` gives the detached signature out. One that makes a cosign
 * signature is taken up with `format: 'cosign'`.
 * @throws SignError as {@link resumeSigningRequest}
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
  knownOptions('resumeBlobSigningRequest', options, optionNames);
  return resume(id, options, (identity) => {
    if (!identity.blob) invalidArgument('this signing request is about an image: resumeSigningRequest takes it up');
    if (identity.format === 'cosign-blob')
      invalidArgument("this signing request makes a cosign signature: say so by format: 'cosign'");
    return blobTarget(identity);
  });
}

async function resumeCosignBlob(id: string, options: ResumeCosignBlobOptions): Promise<ItemRequest<SignedCosignBlob>> {
  knownOptions('resumeBlobSigningRequest', options, [...optionNames, 'format', 'allowOpaque']);
  if (options.format !== 'cosign') return invalidArgument("format is 'cosign', or left out");
  return resume(id, options, (identity) => {
    if (identity.format !== 'cosign-blob') invalidArgument('this signing request makes no cosign signature of a blob');
    return cosignBlobTarget(identity);
  });
}

async function resume<T>(
  id: string,
  options: ResumeOptions & { readonly allowOpaque?: boolean },
  targetOf: (identity: RequestIdentity) => RequestTarget<T>,
): Promise<ItemRequest<T>> {
  const { backend, store, clock = systemClock, guards, timestamper, allowOpaque } = options;
  if (typeof id !== 'string' || !/^[0-9a-f]{64}$/.test(id)) invalidArgument('the id of a signing request has 64 hex characters');
  const stored = await store.get(recordKey(id));
  if (!stored)
    throw new SignError('ERR_REQUEST_NOT_FOUND', `the store knows no signing request ${id}`, { details: { requestId: id } });
  const taken = takeUp(stored, id, clock.now());
  const { identity } = taken.record;
  if (identity.backend !== backend.id) invalidArgument('this signing request belongs to another backend');
  if (identity.timestamped && !timestamper) invalidArgument('this signing request demands a timestamp: give the timestamper');
  const target = targetOf(identity);
  const publicKey = base64Bytes(identity.spki, 'public key');
  const key = { spkiSha256: sha256Hex(publicKey), ...(identity.keyLabel !== undefined && { label: identity.keyLabel }) };
  const { format } = requestFormat(identity.format);
  const signer = createSigner(backend, key, {
    publicKey,
    store,
    clock,
    formats: [format],
    ...(guards && { guards }),
    ...(allowOpaque !== undefined && { allowOpaque }),
  });
  return new ItemRequest(new RequestCourse({ ...taken, signer, store, clock, target, timestamper, stored: true }));
}
