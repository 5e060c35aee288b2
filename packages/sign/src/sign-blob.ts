import { type CallOptions, type Claims, type Descriptor, invalidArgument, knownOptions } from '@securosys/core';
import {
  type BlobSource,
  blobDescriptor,
  blobSignatureFileName,
  isBlobSource,
  type NotationSignature,
} from '@securosys/notation-envelope';
import { Deadline } from './deadline.js';
import { keyedPlan, prepareCourse } from './prepare-course.js';
import type { RequestIdentity } from './request-identity.js';
import type { RequestTarget } from './request-target.js';
import { callOf, type SignOptions, signingOptionNames } from './sign-options.js';
import { signingPlans } from './sign-plans.js';
import { SigningRequest } from './signing-request.js';

/** How a blob is signed. */
export interface SignBlobOptions extends SignOptions {
  /** Signed with the blob. Default `application/octet-stream`. */
  mediaType?: string;
  /** Name of the blob's file, for the name of the signature's and for approvers. It is not signed. */
  name?: string;
  /** Deadline of reading the blob, and of each call to others, in milliseconds. Default for the reading: 600,000. */
  timeoutMs?: number;
}

/** The detached signature of a blob. */
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
 * Signs a blob, as one detached envelope (`notation.md` §12). It is read once and never held whole; its digest has the hash that belongs to
 * the signing key.
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
 * @throws SignError `ERR_APPROVAL_PENDING`, `ERR_CHAIN_INVALID`, `ERR_ALGORITHM_UNSUPPORTED`, those of {@link SigningRequest.complete} but
 * for the registry's; `ERR_TIMEOUT`; what reading the blob throws
 */
export async function signBlob(blob: BlobSource, options: SignBlobOptions): Promise<SignedBlob> {
  knownOptions('signBlob', options, optionNames);
  const { signer, approvalTimeoutMs = 0, onProgress } = options;
  if (typeof signer?.begin !== 'function') invalidArgument('signBlob needs a signer: createSigner(backend, { label })');
  if (!isBlobSource(blob)) invalidArgument('blob is neither bytes, nor a stream of them, nor something that has a digest');
  const request = await prepareBlob(blob, options);
  return request.complete({ ...callOf(options), approvalTimeoutMs, ...(onProgress && { onProgress }) });
}

async function prepareBlob(blob: BlobSource, options: SignBlobOptions): Promise<SigningRequest<SignedBlob>> {
  const { mediaType, name } = options;
  if (name !== undefined && (typeof name !== 'string' || !isFileName(name)))
    invalidArgument('name is the name of a file, without a folder');
  const [plan, more] = signingPlans('signBlob', options);
  if (!plan || more) return invalidArgument('signBlob: a blob is signed in one format');
  const keyed = await keyedPlan(plan, callOf(options));
  const subject = await readUntil(options, ({ signal }) =>
    blobDescriptor(blob, { spec: keyed.key.spec, ...(mediaType !== undefined && { mediaType }), ...(signal && { signal }) }),
  );
  const { digest, size } = subject;
  const about = { mediaType: subject.mediaType, size, ...(name !== undefined && { name }) };
  const claims: Claims = name === undefined ? {} : { file: name };
  const course = await prepareCourse(
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
  return new SigningRequest(course);
}

/** A stream that never ends keeps nobody. */
async function readUntil<T>(options: SignBlobOptions, read: (call: CallOptions) => Promise<T>): Promise<T> {
  const deadline = new Deadline('reading the blob', options.clock ?? options.signer.clock, 600_000, options);
  try {
    return await deadline.race(read(deadline.remaining()));
  } finally {
    deadline.end();
  }
}

/** One path component that no system reads as something else. */
function isFileName(name: string): boolean {
  return name.length <= 200 && /^[^/\\:\p{C}]+$/u.test(name) && !/^\.{1,2}$/.test(name);
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
