import { type CallOptions, type Clock, type Descriptor, invalidArgument, knownOptions, systemClock } from '@securosys/core';
import {
  type InspectedEnvelope,
  inspectEnvelope,
  readSignature,
  readSignatureManifest,
  type SignatureManifestContents,
} from '@securosys/notation-envelope';
import { createOci, type Oci } from '@securosys/oci';
import { Deadline } from './deadline.js';
import {
  type InspectCosignSignatureOptions,
  type InspectedCosignManifest,
  inspectCosignSignature,
} from './inspect-cosign-signature.js';
import { type InspectedTimestamp, inspectTimestamp } from './inspect-timestamp.js';
import type { DetachedSignature } from './verify-blob.js';

/** How a signature is read. */
export interface InspectSignatureOptions extends CallOptions {
  /** Registry access. Default: anonymous, public registries only. */
  oci?: Oci;
  clock?: Clock;
  /** Deadline of the whole reading in milliseconds. Default 120,000. */
  timeoutMs?: number;
}

/** All that a signature says, in plain data that `JSON.stringify` writes whole. Texts in it are foreign: make them safe before showing them. */
export interface InspectedSignature {
  /** Nothing here was held against a trust policy: whoever writes a signature writes what it says. `verifyImage` and `verifyBlob` decide. */
  readonly verified: false;
  /** `repository@digest` of the signature's manifest; absent for detached signatures. */
  readonly reference?: string;
  /** Absent for detached signatures. */
  readonly manifest?: {
    /** Of the manifest itself. */
    readonly descriptor: Descriptor;
    readonly style: SignatureManifestContents['style'];
    /** What the manifest says that it is about; `envelope.subject` is what was signed. */
    readonly subject: Descriptor;
    /** Nobody signed them. */
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly envelope: InspectedEnvelope;
  /** What the timestamp token of the envelope says, or why it cannot be read. */
  readonly timestamp?: InspectedTimestamp;
}

const optionNames = ['oci', 'clock', 'signal', 'timeoutMs', 'logger'];

/**
 * Shows everything that one signature holds; with `format: 'cosign'` all that one of cosign's manifests holds. Nothing is judged, and what is wrong with it is shown as well, so far as it can be read.
 *
 * @example
 * ```ts
 * import { inspectSignature, listSignatures } from '@securosys/sign';
 * for (const { reference } of (await listSignatures('registry.example/app:1.4')).signatures)
 *   console.log(JSON.stringify(await inspectSignature(reference), null, 2));
 * ```
 * @param source reference of a signature's manifest, as `listSignatures` gives it, or a detached signature
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_MALFORMED`, `ERR_LIMIT` for what is no signature; `ERR_TIMEOUT`; those of the registry
 */
export async function inspectSignature(source: string, options: InspectCosignSignatureOptions): Promise<InspectedCosignManifest>;
export async function inspectSignature(
  source: string | DetachedSignature,
  options?: InspectSignatureOptions,
): Promise<InspectedSignature>;
export async function inspectSignature(
  source: string | DetachedSignature,
  options: InspectSignatureOptions | InspectCosignSignatureOptions = {},
): Promise<InspectedSignature | InspectedCosignManifest> {
  if (isCosign(options)) return inspectCosignSignature(source, options);
  knownOptions('inspectSignature', options, optionNames);
  if (typeof source === 'string') return inspectAttached(source, options);
  if (!(source?.envelope instanceof Uint8Array) || typeof source.mediaType !== 'string')
    return invalidArgument('a signature is a reference, or { envelope, mediaType }');
  return contentsOf(source);
}

function isCosign(options: InspectSignatureOptions | InspectCosignSignatureOptions): options is InspectCosignSignatureOptions {
  return 'format' in options && options.format === 'cosign';
}

async function inspectAttached(reference: string, options: InspectSignatureOptions): Promise<InspectedSignature> {
  const deadline = new Deadline('reading the signature', options.clock ?? systemClock, 120_000, options);
  try {
    const repository = (options.oci ?? createOci()).open(reference);
    const found = await repository.resolve(undefined, deadline.one());
    const { style, subject, annotations } = readSignatureManifest(found.manifest);
    const read = await readSignature(repository, found.descriptor, subject, deadline.one());
    if (read instanceof Error) throw read;
    deadline.check();
    const manifest = { descriptor: found.descriptor, style, subject, annotations };
    return { ...contentsOf(read), reference: found.reference, manifest };
  } finally {
    deadline.end();
  }
}

function contentsOf({ envelope: bytes, mediaType }: DetachedSignature): InspectedSignature {
  const envelope = inspectEnvelope(bytes, mediaType);
  const timestamp = inspectTimestamp(envelope);
  return { verified: false, envelope, ...(timestamp && { timestamp }) };
}
