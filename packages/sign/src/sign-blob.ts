import { type Claims, type Descriptor, invalidArgument, knownOptions } from '@securosys/core';
import {
  type BlobSource,
  blobDescriptor,
  blobSignatureFileName,
  isBlobSource,
  type NotationSignature,
} from '@securosys/notation-envelope';
import { checkBlobName } from './blob-name.js';
import { readUntil } from './read-blob.js';
import { ItemRequest } from './requests/item-request.js';
import { keyedPlan, prepareCourse } from './requests/prepare-course.js';
import type { RequestCourse } from './requests/request-course.js';
import type { RequestIdentity } from './requests/request-identity.js';
import type { RequestTarget } from './requests/request-target.js';
import { type SignCosignBlobOptions, type SignedCosignBlob, signCosignBlob } from './sign-cosign-blob.js';
import { callOf, type SignOptions, signingOptionNames } from './sign-options.js';
import { signingPlans } from './sign-plans.js';

/** How a blob is signed, in a format of the Notary Project. */
export interface SignBlobOptions extends SignOptions {
  /** Signed with the blob. Default `application/octet-stream`. */
  mediaType?: string;
  /** Name of the blob's file, for the name of the signature's and for approvers. It is not signed. */
  name?: string;
  /** Deadline of reading the blob, and of each call to others, in milliseconds. Default for the reading: 600,000. */
  timeoutMs?: number;
}

/** The detached signature of a blob, in a format of the Notary Project. */
export interface SignedBlob {
  /** Contents of the signature file. */
  readonly envelope: Uint8Array;
  /** Media type of the envelope. */
  readonly mediaType: string;
  /** What the file is to be called: the name of the blob, or `signature`, and `.jws.sig` or `.cose.sig` (`notation.md` §12). */
  readonly fileName: string;
  /** Media type, digest and size of the blob, and the signed annotations. */
  readonly subject: Descriptor;
  /** Id of the signing request that this was. */
  readonly requestId: string;
}

const optionNames = ['format', 'annotations', 'expiry', 'attributes', 'signingAgent', ...signingOptionNames, 'mediaType', 'name'];

/**
 * Signs a blob. In a format of the Notary Project that is one detached envelope (`notation.md` §12): the blob is read once and never held
 * whole, and its digest has the hash that belongs to the signing key. With `format: 'cosign'` the message is the blob itself, held in memory
 * up to a limit, and the signer needs `allowOpaque`.
 *
 * While people decide it throws `ERR_APPROVAL_PENDING` with `details.requestId`; call it again with the same blob and arguments, or
 * `resumeBlobSigningRequest` in another process, and the same request continues.
 *
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs';
 * import { writeFile } from 'node:fs/promises';
 * import { type Signer, signBlob } from '@securosys/sign';
 * declare const signer: Signer;
 * const options = { signer, format: 'notation-cose', mediaType: 'application/gzip', name: 'tool.tgz' } as const;
 * const { envelope, fileName } = await signBlob(createReadStream('tool.tgz'), options);
 * await writeFile(fileName, envelope); // tool.tgz.cose.sig
 * ```
 * @throws SignError `ERR_APPROVAL_PENDING`, `ERR_CHAIN_INVALID`, `ERR_ALGORITHM_UNSUPPORTED`, those of {@link ItemRequest.complete} but
 * for the registry's; `ERR_TIMEOUT`; what reading the blob throws
 */
export async function signBlob(
  blob: Uint8Array | AsyncIterable<Uint8Array>,
  options: SignCosignBlobOptions,
): Promise<SignedCosignBlob>;
export async function signBlob(blob: BlobSource, options: SignBlobOptions): Promise<SignedBlob>;
export async function signBlob(
  blob: BlobSource,
  options: SignBlobOptions | SignCosignBlobOptions,
): Promise<SignedBlob | SignedCosignBlob> {
  if (typeof options?.signer?.begin !== 'function') invalidArgument('signBlob needs a signer: createSigner(backend, { label })');
  if (options.format === 'cosign') return signCosignBlob(blob as Uint8Array, options);
  knownOptions('signBlob', options, optionNames);
  const { approvalTimeoutMs = 0, onProgress } = options;
  if (!isBlobSource(blob)) invalidArgument('blob is neither bytes, nor a stream of them, nor something that has a digest');
  const request = new ItemRequest(await prepareBlob(blob, options));
  return request.complete({ ...callOf(options), approvalTimeoutMs, ...(onProgress && { onProgress }) });
}

/** Makes or finds the signing request of a blob. Nothing is submitted here. */
export async function prepareBlob(blob: BlobSource, options: SignBlobOptions): Promise<RequestCourse<SignedBlob>> {
  const { mediaType, name } = options;
  checkBlobName(name);
  const [plan, more] = signingPlans('signBlob', options);
  if (!plan || more) return invalidArgument('signBlob: a blob is signed in one format');
  const keyed = await keyedPlan(plan, callOf(options));
  const subject = await readUntil(options, ({ signal }) =>
    blobDescriptor(blob, { spec: keyed.key.spec, ...(mediaType !== undefined && { mediaType }), ...(signal && { signal }) }),
  );
  const { digest, size } = subject;
  const about = { mediaType: subject.mediaType, size, ...(name !== undefined && { name }) };
  const claims: Claims = name === undefined ? {} : { file: name };
  return prepareCourse(
    {
      about: { reference: `blob@${digest}`, blob: about },
      subject,
      claims,
      prepare: (key, identity, at) => plan.format.prepare(subject, key, identity, at),
      target: blobTarget,
    },
    keyed,
    options,
  );
}

/** Gives the envelope out; where it goes is the caller's business. */
export function blobTarget({ blob }: RequestIdentity): RequestTarget<SignedBlob> {
  return {
    moved: async () => undefined,
    deliver: async ({ envelope, mediaType, subject }: NotationSignature, _, requestId) => {
      const fileName = blobSignatureFileName(blob?.name ?? 'signature', mediaType);
      return { envelope, mediaType, fileName, subject, requestId };
    },
  };
}
