import { equalBytes, type FinishOptions, knownOptions, ownBytes, SignError } from '@securosys/core';
import type { EnvelopeCodec } from './envelope-codec.js';
import { hashOfAlgorithm } from './notary-algorithms.js';
import { openEnvelope } from './open-envelope.js';
import { describeSignature, type NotationSignature } from './signature.js';

/** Largest token in bytes; answers of real authorities have 2 to 10 KiB. */
const maxTokenBytes = 1024 * 1024;

/**
 * Adds the RFC 3161 countersignature (`notation.md` §9.1): its imprint is that of the signature's bytes, by the hash of the signing
 * algorithm. A signature that has one already, and one of a signing authority, whose word about the time needs no other, stay as they are.
 * @throws SignError those of the timestamper; `ERR_PROTOCOL` for a token that is none; those of `openEnvelope`
 */
export async function addTimestamp(
  codec: EnvelopeCodec,
  artifact: NotationSignature,
  options: FinishOptions,
): Promise<NotationSignature> {
  knownOptions('finish', options, ['clock', 'timestamper', 'signal']);
  const { timestamper, signal } = options;
  if (!timestamper) return artifact;
  const { attributes, signature, timestamp, subject } = openEnvelope(artifact.envelope, codec.mediaType);
  if (timestamp || attributes.scheme !== 'notary.x509') return artifact;
  const token = await timestamper.timestamp(signature, hashOfAlgorithm(attributes.algorithm), { ...(signal && { signal }) });
  if (!(token instanceof Uint8Array) || token.byteLength === 0 || token.byteLength > maxTokenBytes)
    throw new SignError('ERR_PROTOCOL', 'the timestamper gave no token, or one over 1 MiB');
  const { signingInput, certificates, signingAgent } = codec.parse(artifact.envelope);
  const envelope = codec.encode({
    signingInput,
    signature,
    certificates: certificates.map((certificate) => certificate.der()),
    timestamp: ownBytes(token),
    ...(signingAgent !== undefined && { signingAgent }),
  });
  const finished = openEnvelope(envelope, codec.mediaType);
  if (!finished.timestamp || !equalBytes(finished.timestamp, token) || finished.subject.digest !== subject.digest)
    throw new SignError('ERR_PROTOCOL', 'the timestamped envelope does not hold what it was made of');
  return describeSignature(envelope, finished);
}
