import { type Claims, type Descriptor, type HashName, invalidArgument, knownOptions, sha256Hex, utf8Text } from '@securosys/core';
import { type CosignBlobSignature, detachedSignature, writeBundle } from '@securosys/cosign';
import { checkBlobName } from './blob-name.js';
import { prepareCosignBlob } from './formats/cosign-blob.js';
import { cosignAdvice } from './formats/cosign-options.js';
import { readUntil, wholeBlob } from './read-blob.js';
import { ItemRequest } from './requests/item-request.js';
import { keyedPlan, prepareCourse } from './requests/prepare-course.js';
import type { RequestCourse } from './requests/request-course.js';
import type { RequestIdentity } from './requests/request-identity.js';
import type { RequestTarget } from './requests/request-target.js';
import { callOf, type SigningOptions, signingOptionNames } from './sign-options.js';
import { checkTimestamper } from './sign-plans.js';

/** How a blob is signed as cosign does it. */
export interface SignCosignBlobOptions extends SigningOptions {
  format: 'cosign';
  /** Hash of the blob: must be named for P-384 and P-521. */
  digestAlgorithm?: HashName;
  /** Told with the result; nobody signs it. Default `application/octet-stream`. */
  mediaType?: string;
  /** Name of the blob's file, for the names of the signature's and for approvers. It is not signed. */
  name?: string;
  /** The most bytes that are read into memory: the message of this signature is the whole blob. Default 16 MiB. */
  maxBytes?: number;
  /** Deadline of reading the blob, and of each call to others, in milliseconds. Default for the reading: 600,000. */
  timeoutMs?: number;
}

/** The cosign signature of a blob, in both forms that a verifier may want. */
export interface SignedCosignBlob {
  /** For `cosign verify-blob --signature`: base64 on one line. It holds no timestamp. */
  readonly signature: string;
  /** What the file of `signature` is called: the name of the blob, or `signature`, and `.sig`. */
  readonly fileName: string;
  /** For `cosign verify-blob --bundle`: a sigstore bundle, JSON in UTF-8, with the timestamp when there is one. */
  readonly bundle: Uint8Array;
  /** What the file of `bundle` is called: the same, and `.sigstore.json`. */
  readonly bundleFileName: string;
  /** Media type, digest and size of the blob. */
  readonly subject: Descriptor;
  /** Id of the signing request that this was. */
  readonly requestId: string;
  /** Who cannot verify this, or only with a flag, in one sentence; absent: everybody can. */
  readonly advice?: string;
}

const optionNames = ['format', 'digestAlgorithm', 'mediaType', 'name', 'maxBytes', ...signingOptionNames];
const defaultMaxBytes = 16 << 20;

/** Signs a blob as cosign does it; see `signBlob`. */
export async function signCosignBlob(
  blob: Uint8Array | AsyncIterable<Uint8Array>,
  options: SignCosignBlobOptions,
): Promise<SignedCosignBlob> {
  knownOptions('signBlob', options, optionNames);
  const { approvalTimeoutMs = 0, onProgress } = options;
  const request = new ItemRequest(await prepareCosignBlobCourse(blob, options));
  return request.complete({ ...callOf(options), approvalTimeoutMs, ...(onProgress && { onProgress }) });
}

/** Makes or finds the signing request of a blob. Nothing is submitted here. */
export async function prepareCosignBlobCourse(
  blob: Uint8Array | AsyncIterable<Uint8Array>,
  options: SignCosignBlobOptions,
): Promise<RequestCourse<SignedCosignBlob>> {
  const { signer, timestamper, digestAlgorithm, name, mediaType = 'application/octet-stream' } = options;
  const { maxBytes = defaultMaxBytes } = options;
  checkBlobName(name);
  checkTimestamper(timestamper);
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 0) invalidArgument('maxBytes is a number of bytes');
  if (!(blob instanceof Uint8Array) && !(typeof blob === 'object' && blob !== null && Symbol.asyncIterator in blob))
    invalidArgument('a blob is bytes or a stream of them: a cosign signature is over all of it');
  const asked = digestAlgorithm === undefined ? {} : { digestAlgorithm };
  const plan = { id: 'cosign-blob', signer, timestamper, asked, format: { certified: false } } as const;
  const keyed = await keyedPlan(plan, callOf(options));
  const bytes = await readUntil(options, ({ signal }) => wholeBlob(blob, maxBytes, signal));
  const subject: Descriptor = { mediaType, digest: `sha256:${sha256Hex(bytes)}`, size: bytes.byteLength };
  const claims: Claims = name === undefined ? {} : { file: name };
  return prepareCourse(
    {
      about: {
        reference: `blob@${subject.digest}`,
        blob: { mediaType, size: subject.size, ...(name !== undefined && { name }) },
      },
      subject,
      claims,
      prepare: (key, identity) => prepareCosignBlob(bytes, key, identity),
      target: cosignBlobTarget,
    },
    keyed,
    options,
  );
}

/** Gives both forms out; where they go is the caller's business. */
export function cosignBlobTarget(identity: RequestIdentity): RequestTarget<SignedCosignBlob> {
  const name = identity.blob?.name ?? 'signature';
  return {
    moved: async () => undefined,
    deliver: async (artifact: CosignBlobSignature, _, requestId, call) => {
      const advice = cosignAdvice(identity);
      if (advice !== undefined) call.logger?.warn(advice);
      return {
        signature: utf8Text(detachedSignature(artifact), 'signature'),
        fileName: `${name}.sig`,
        bundle: writeBundle(artifact),
        bundleFileName: `${name}.sigstore.json`,
        subject: artifact.subject,
        requestId,
        ...(advice !== undefined && { advice }),
      };
    },
  };
}
