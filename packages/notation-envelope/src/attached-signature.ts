import { type CallOptions, type Descriptor, SignError } from '@securosys/core';
import type { Repository } from '@securosys/oci';
import { emptyConfigType, imageManifestType, maxEnvelopeBytes, signatureArtifactType } from './constants.js';
import type { NotationSignature } from './signature.js';
import { signatureManifest } from './signature-manifest.js';

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
  options: CallOptions = {},
): Promise<Descriptor> {
  const envelope = await repository.pushBlob(signature.envelope, signature.mediaType, options);
  await repository.pushBlob(emptyConfig, signatureArtifactType, options);
  return repository.attach(signatureManifest(signature, envelope), imageManifestType, subject, options);
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
    if (manifest.kind !== 'manifest') return unusable('is an index');
    if ((manifest.artifactType ?? manifest.config.mediaType) !== signatureArtifactType)
      return unusable('is not a Notary signature');
    if (manifest.artifactType === undefined ? false : manifest.config.mediaType !== emptyConfigType)
      return unusable('has a config that does not belong to a Notary signature');
    if (
      manifest.subject?.digest !== subject.digest ||
      manifest.subject.size !== subject.size ||
      manifest.subject.mediaType !== subject.mediaType
    )
      return unusable('is about another image');
    const [layer, more] = manifest.layers;
    if (!layer || more) return unusable('does not have exactly one layer');
    return { envelope: await repository.fetchBlob(layer, { ...call, maxBytes: maxEnvelopeBytes }), mediaType: layer.mediaType };
  } catch (error) {
    if (SignError.is(error) && theirs.has(error.code)) return error;
    throw error;
  }
}

const theirs = new Set(['ERR_MALFORMED', 'ERR_LIMIT', 'ERR_DIGEST_MISMATCH', 'ERR_NOT_FOUND', 'ERR_PROTOCOL']);

function unusable(why: string): SignError {
  return new SignError('ERR_MALFORMED', `a signature manifest ${why}`);
}
