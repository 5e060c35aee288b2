import {
  type CallOptions,
  type Clock,
  type Descriptor,
  invalidArgument,
  knownOptions,
  type SignError,
  systemClock,
} from '@securosys/core';
import { isUnusable, readSignatureManifest, type SignatureManifestContents } from '@securosys/notation-envelope';
import { createOci, type Oci, type Repository } from '@securosys/oci';
import { Deadline } from './deadline.js';
import { type CosignSignatureList, type ListCosignSignaturesOptions, listCosignSignatures } from './list-cosign-signatures.js';
import { walkSignatures } from './walk-signatures.js';

/** How signatures are listed. */
export interface ListSignaturesOptions extends CallOptions {
  /** Registry access. Default: anonymous, public registries only. */
  oci?: Oci;
  /** Most signatures that are listed. Default 1,000, which is also where `createOci` stops unless its limits say more. */
  maxSignatures?: number;
  clock?: Clock;
  /** Deadline of the whole listing in milliseconds. Default 120,000. */
  timeoutMs?: number;
}

/** One signature as its manifest describes it: nothing of it is verified. */
export type ListedSignature = {
  /** `repository@digest` of the signature's manifest, for `inspectSignature`. */
  readonly reference: string;
  /** Of the signature's manifest. */
  readonly descriptor: Descriptor;
} & (
  | {
      /** Media type of the envelope: `application/jose+json`, `application/cose`, or something that nobody can verify. */
      readonly mediaType: string;
      /** Of the envelope. */
      readonly envelope: Descriptor;
      /** Generation of the manifest. */
      readonly style: SignatureManifestContents['style'];
      /** Of the manifest; nobody signed them, and they are foreign text: make it safe before showing it. */
      readonly annotations: Readonly<Record<string, string>>;
      readonly error?: never;
    }
  | {
      /** Why this one cannot be used. */
      readonly error: SignError;
    }
);

/** The signatures of one object, in the order of the registry. */
export interface SignatureList {
  /** `repository@digest`: the object whose signatures these are. */
  readonly reference: string;
  readonly descriptor: Descriptor;
  readonly signatures: readonly ListedSignature[];
  /** `ERR_LIMIT` when there are more than may be listed; absent: these are all. */
  readonly limit?: SignError;
}

const optionNames = ['oci', 'maxSignatures', 'clock', 'signal', 'timeoutMs', 'logger'];

/**
 * Lists the Notary signatures of an image, unusable ones with the reason, without reading an envelope and without judging anything. With
 * `format: 'cosign'` the cosign signatures and attestations of both shapes, with what they say.
 *
 * @example
 * ```ts
 * import { listSignatures } from '@securosys/sign';
 * const { signatures } = await listSignatures('registry.example/app:1.4');
 * for (const signature of signatures) console.log(signature.reference, signature.error?.message ?? 'readable');
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_TIMEOUT`, those of the registry
 */
export async function listSignatures(reference: string, options: ListCosignSignaturesOptions): Promise<CosignSignatureList>;
export async function listSignatures(reference: string, options?: ListSignaturesOptions): Promise<SignatureList>;
export async function listSignatures(
  reference: string,
  options: ListSignaturesOptions | ListCosignSignaturesOptions = {},
): Promise<SignatureList | CosignSignatureList> {
  if (isCosign(options)) return listCosignSignatures(reference, options);
  return listNotation(reference, options);
}

function isCosign(options: ListSignaturesOptions | ListCosignSignaturesOptions): options is ListCosignSignaturesOptions {
  return 'format' in options && options.format === 'cosign';
}

async function listNotation(reference: string, options: ListSignaturesOptions): Promise<SignatureList> {
  knownOptions('listSignatures', options, optionNames);
  const { oci = createOci(), maxSignatures = 1000, clock = systemClock } = options;
  if (!Number.isSafeInteger(maxSignatures) || maxSignatures < 1) invalidArgument('maxSignatures is a whole number of at least 1');
  const deadline = new Deadline('listing the signatures', clock, 120_000, options);
  try {
    const repository = oci.open(reference);
    const image = await repository.resolve(undefined, deadline.one());
    const base = image.reference.slice(0, image.reference.lastIndexOf('@'));
    const signatures: ListedSignature[] = [];
    const limit = await walkSignatures(repository, image.descriptor, maxSignatures, deadline, async (descriptor) => {
      const contents = await manifestOf(repository, descriptor, image.descriptor, deadline);
      signatures.push({ reference: `${base}@${descriptor.digest}`, descriptor, ...contents });
    });
    return { reference: image.reference, descriptor: image.descriptor, signatures, ...(limit && { limit }) };
  } finally {
    deadline.end();
  }
}

type Contents = ListedSignature extends infer L ? (L extends unknown ? Omit<L, 'reference' | 'descriptor'> : never) : never;

async function manifestOf(
  repository: Repository,
  descriptor: Descriptor,
  subject: Descriptor,
  deadline: Deadline,
): Promise<Contents> {
  try {
    const { manifest } = await repository.fetchManifest(descriptor, deadline.one());
    const { envelope, style, annotations } = readSignatureManifest(manifest, subject);
    return { mediaType: envelope.mediaType, envelope, style, annotations };
  } catch (error) {
    if (isUnusable(error)) return { error };
    throw error;
  }
}
