import { type CallOptions, type Descriptor, SignError } from '@securosys/core';
import type { ImageIndex, Manifest, Repository } from '@securosys/oci';
import { emptyConfigType, imageManifestType, maxEnvelopeBytes, signatureArtifactType } from '../constants.js';
import type { NotationSignature } from './signature.js';
import { type SignatureManifestOptions, signatureManifest } from './signature-manifest.js';

const emptyConfig = new Uint8Array([0x7b, 0x7d]);

/**
 * Stores a signature beside its subject: envelope, empty config, manifest (`notation.md` §11.2). The same signature has the same
 * digest, so doing it twice attaches once.
 * @returns descriptor of the signature manifest
 * @throws SignError those of the repository
 */
export async function attachSignature(
  repository: Repository,
  signature: NotationSignature,
  subject: Descriptor,
  options: CallOptions & SignatureManifestOptions = {},
): Promise<Descriptor> {
  const { style = 'config', annotations, ...call } = options;
  const envelope = await repository.pushBlob(signature.envelope, signature.mediaType, call);
  const manifest = signatureManifest(signature, envelope, { style, ...(annotations && { annotations }) });
  await repository.pushBlob(emptyConfig, style === 'config' ? signatureArtifactType : emptyConfigType, call);
  return repository.attach(manifest, imageManifestType, subject, call);
}

/** What the manifest of a signature says, without its envelope. */
export interface SignatureManifestContents {
  /** Which generation wrote it; `artifact-manifest` is the withdrawn one, which is only read. */
  readonly style: NonNullable<SignatureManifestOptions['style']> | 'artifact-manifest';
  /** Media type, digest and size of the envelope. */
  readonly envelope: Descriptor;
  /** What the manifest says that it is about; the signed payload is what counts. */
  readonly subject: Descriptor;
  /** Nobody signed them. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** How a manifest says that it is one of a signature, or why it says something else. */
function styleOf(manifest: Exclude<Manifest, ImageIndex>): SignatureManifestContents['style'] {
  const type = manifest.artifactType ?? (manifest.kind === 'manifest' ? manifest.config.mediaType : undefined);
  if (type !== signatureArtifactType) return unusable('is not a Notary signature');
  if (manifest.kind === 'artifact') return 'artifact-manifest';
  if (manifest.artifactType === undefined) return 'config';
  return manifest.config.mediaType === emptyConfigType
    ? 'artifact-type'
    : unusable('has a config that does not belong to a Notary signature');
}

/**
 * Reads the manifest of a signature, of any generation (`notation.md` §11.1).
 * @param subject what it has to be about; absent: whatever it names
 * @throws SignError `ERR_MALFORMED` when it is not that of a Notary signature of this subject
 */
export function readSignatureManifest(manifest: Manifest, subject?: Descriptor): SignatureManifestContents {
  if (manifest.kind === 'index') return unusable('is an index');
  const style = styleOf(manifest);
  const named = manifest.subject;
  if (!named) return unusable('names no subject');
  const { mediaType, digest, size } = subject ?? named;
  if (named.digest !== digest || named.size !== size || named.mediaType !== mediaType) return unusable('is about another image');
  const [envelope, more] = manifest.kind === 'artifact' ? manifest.blobs : manifest.layers;
  if (!envelope || more) return unusable('does not have exactly one layer');
  return { style, envelope, subject: named, annotations: manifest.annotations ?? {} };
}

/**
 * Reads one signature of an image (`notation.md` §11.1). What is wrong with it is returned, not thrown: one unusable manifest must not
 * keep a good signature behind it from being found (§20.7 #62). Trouble with the registry itself is thrown.
 */
export async function readSignature(
  repository: Repository,
  descriptor: Descriptor,
  subject: Descriptor,
  call: CallOptions,
): Promise<{ envelope: Uint8Array; mediaType: string } | SignError> {
  try {
    const { manifest } = await repository.fetchManifest(descriptor, call);
    const { envelope } = readSignatureManifest(manifest, subject);
    return {
      envelope: await repository.fetchBlob(envelope, { ...call, maxBytes: maxEnvelopeBytes }),
      mediaType: envelope.mediaType,
    };
  } catch (error) {
    if (isUnusable(error)) return error;
    throw error;
  }
}

const theirs = new Set(['ERR_MALFORMED', 'ERR_LIMIT', 'ERR_DIGEST_MISMATCH', 'ERR_NOT_FOUND', 'ERR_PROTOCOL']);

/** Whether an error says that one signature is unusable, and nothing about the registry or the other signatures. */
export function isUnusable(error: unknown): error is SignError {
  return SignError.is(error) && theirs.has(error.code);
}

function unusable(why: string): never {
  throw new SignError('ERR_MALFORMED', `a signature manifest ${why}`);
}
