import { type CallOptions, type Descriptor, SignError } from '@securosys/core';
import type { Repository } from '@securosys/oci';

/** Largest envelope read: far above what chains need, far below what hurts (S23). */
const maxEnvelopeBytes = 4 * 1024 * 1024;
const signatureType = 'application/vnd.cncf.notary.signature';

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
  const theirs = new Set(['ERR_MALFORMED', 'ERR_LIMIT', 'ERR_DIGEST_MISMATCH', 'ERR_NOT_FOUND', 'ERR_PROTOCOL']);
  try {
    const { manifest } = await repository.fetchManifest(descriptor, call);
    if (manifest.kind !== 'manifest') return unusable('is an index');
    if ((manifest.artifactType ?? manifest.config.mediaType) !== signatureType) return unusable('is not a Notary signature');
    if (manifest.artifactType === undefined ? false : manifest.config.mediaType !== 'application/vnd.oci.empty.v1+json')
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

function unusable(why: string): SignError {
  return new SignError('ERR_MALFORMED', `a signature manifest ${why}`);
}
