import { equalBytes, type FinishOptions, type HashName, hashBytes, knownOptions, ownBytes, SignError } from '@securosys/core';
import { parseTimestampToken, type TimestampToken } from '@securosys/pki';
import type { EnvelopeCodec } from '../envelope/envelope-codec.js';
import { hashOfAlgorithm } from '../envelope/notary-algorithms.js';
import { openEnvelope } from '../envelope/open-envelope.js';
import { describeSignature, type NotationSignature } from './signature.js';

/** Largest token in bytes; answers of real authorities have 2 to 10 KiB. */
const maxTokenBytes = 1024 * 1024;

function readToken(token: Uint8Array): TimestampToken {
  try {
    // Whether BER will do is for whoever made the timestamper, and for the verifier.
    return parseTimestampToken(token, { allowBer: true });
  } catch (cause) {
    throw new SignError('ERR_PROTOCOL', 'the timestamper gave something else than a token', { cause });
  }
}

/** Timestampers verify what they give; this only keeps what could never be right from being signed off as finished. */
function checkToken(token: unknown, signature: Uint8Array, wanted: HashName): asserts token is Uint8Array {
  if (!(token instanceof Uint8Array) || token.byteLength === 0 || token.byteLength > maxTokenBytes)
    throw new SignError('ERR_PROTOCOL', 'the timestamper gave no token, or one over 1 MiB');
  const { hash, imprint } = readToken(token);
  if (hash !== wanted || !equalBytes(imprint, hashBytes(wanted, signature)))
    throw new SignError('ERR_PROTOCOL', 'the timestamper gave a token about something else');
}

/**
 * Adds the RFC 3161 countersignature (`notation.md` §9.1): its imprint is that of the signature's bytes, by the hash of the signing
 * algorithm. A signature that has one already, and one of a signing authority, whose word about the time needs no other, stay as they are.
 * @throws SignError those of the timestamper; `ERR_PROTOCOL` for a token that is none, or not about this signature; those of `openEnvelope`
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
  const hash = hashOfAlgorithm(attributes.algorithm);
  // A copy, so that whoever is asked cannot change what the answer is held against.
  const token = await timestamper.timestamp(ownBytes(signature), hash, { ...(signal && { signal }) });
  checkToken(token, signature, hash);
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
