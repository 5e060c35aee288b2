import { type Descriptor, hashBytes, hexText, invalidArgument, knownOptions, sanitizeText, utf8Bytes } from '@securosys/core';
import { emptyConfigDigest, emptyConfigType, imageManifestType, signatureArtifactType } from '../constants.js';
import type { NotationSignature } from './signature.js';

/** How the manifest of a signature is written. */
export interface SignatureManifestOptions {
  /**
   * Where the manifest says that it is a signature: in the config's media type, as notation up to 1.3 writes and every version
   * reads, or in `artifactType`, which notation 1.3 does not see inside OCI layouts (`notation.md` §20.7 #53). Default `config`.
   */
  style?: 'artifact-type' | 'config';
  /** More annotations, for example those that an envelope plugin returned; thumbprints and creation time are always the signature's. */
  annotations?: Readonly<Record<string, string>>;
}

/**
 * Bytes of the OCI image manifest that attaches an envelope to its subject (`notation.md` §11.1). Its config is `{}`.
 * @param envelopeDescriptor media type, digest and size of the envelope as it was stored
 * @throws SignError `ERR_INVALID_ARGUMENT` when the descriptor is not of this envelope
 */
export function signatureManifest(
  signature: NotationSignature,
  envelopeDescriptor: Descriptor,
  options: SignatureManifestOptions = {},
): Uint8Array<ArrayBuffer> {
  knownOptions('signatureManifest', options, ['style', 'annotations']);
  const { style = 'config', annotations = {} } = options;
  if (style !== 'config' && style !== 'artifact-type') invalidArgument("style is neither 'config' nor 'artifact-type'");
  for (const [name, text] of Object.entries(annotations))
    if (name === '' || typeof text !== 'string')
      invalidArgument(`annotation '${sanitizeText(name, 60)}' is not a text with a name`);
  const { mediaType, digest, size } = envelopeDescriptor;
  const [hash] = digest.split(':');
  const own = hash === 'sha256' || hash === 'sha384' || hash === 'sha512' ? hexText(hashBytes(hash, signature.envelope)) : '';
  if (mediaType !== signature.mediaType || size !== signature.envelope.byteLength || digest !== `${hash}:${own}`)
    invalidArgument('the envelope descriptor does not describe this envelope');
  const { subject } = signature;
  const config = { digest: emptyConfigDigest, size: 2 };
  return utf8Bytes(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: imageManifestType,
      ...(style === 'artifact-type'
        ? { artifactType: signatureArtifactType, config: { mediaType: emptyConfigType, ...config, data: 'e30=' } }
        : { config: { mediaType: signatureArtifactType, ...config } }),
      layers: [{ mediaType, digest, size }],
      subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
      annotations: { ...annotations, ...signature.annotations },
    }),
  );
}
