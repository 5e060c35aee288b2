import { type Descriptor, equalBytes, ownBytes, type SignatureAlgorithm, sanitizeText, verifySignature } from '@securosys/core';
import { type Certificate, checkNotaryChain, parseCertificate } from '@securosys/pki';
import { type EnvelopeMediaType, jwsMediaType, payloadType } from './constants.js';
import { type JwsEnvelope, parseJwsEnvelope } from './jws-envelope.js';
import { leafAlgorithm } from './leaf-algorithm.js';
import { parsePayload } from './payload.js';
import { parseProtectedHeader } from './protected-header.js';
import { refuse } from './refusal.js';
import type { SignedAttributes } from './signed-attributes.js';

/** An envelope whose signature is good and whose chain is well formed. That says nothing about who is trusted. */
export interface OpenEnvelope {
  readonly attributes: SignedAttributes;
  /** The signed payload's target. */
  readonly subject: Descriptor;
  /** Leaf first, root last. */
  readonly chain: readonly [Certificate, ...Certificate[]];
  readonly mediaType: EnvelopeMediaType;
  /** As it stands in the envelope, ECDSA as r‖s: what a timestamp is about. */
  readonly signature: Uint8Array;
  /** DER of an RFC 3161 TimeStampToken, unchecked. */
  readonly timestamp?: Uint8Array;
  readonly signingAgent?: string;
}

/** @throws SignError `ERR_SIGNATURE_MISMATCH` */
export function checkSignature(
  leaf: Certificate,
  algorithm: SignatureAlgorithm,
  signingInput: Uint8Array,
  signature: Uint8Array,
): void {
  if (!verifySignature(leaf.publicKey, algorithm, signingInput, signature))
    refuse('signature', 'the signature does not belong to these bytes and this certificate', 'ERR_SIGNATURE_MISMATCH');
}

function openParts(envelope: JwsEnvelope, attributes: SignedAttributes, known: readonly Certificate[]): OpenEnvelope {
  const chain = envelope.certificates.map(
    (der) => known.find((certificate) => equalBytes(certificate.der, der)) ?? parseCertificate(der),
  ) as [Certificate, ...Certificate[]];
  const [leaf] = chain;
  // The certificate's key decides the algorithm; the header may only agree with it (S21).
  const algorithm = leafAlgorithm(leaf);
  if (attributes.algorithm !== algorithm)
    refuse('algorithm', `alg does not belong to the signing key, which demands ${algorithm}`);
  checkSignature(leaf, algorithm, envelope.signingInput, envelope.signature);
  checkNotaryChain(chain, { purpose: 'code-signing' });
  const { timestamp, signingAgent } = envelope;
  return {
    attributes,
    subject: parsePayload(envelope.payload),
    chain,
    mediaType: jwsMediaType,
    signature: ownBytes(envelope.signature),
    ...(timestamp && { timestamp }),
    ...(signingAgent !== undefined && { signingAgent }),
  };
}

/**
 * The integrity check of `notation.md` §5.1 and §15.2 step 1: strict parsing, the signature with the leaf's key and the
 * algorithm that this key demands (PSS salt as long as the hash), the chain rules of §8, content type and payload.
 * @param known certificates that are parsed already, trust anchors for example: the same bytes are not parsed again
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_SIGNATURE_MISMATCH`, `ERR_CHAIN_INVALID`
 */
export function openEnvelope(bytes: Uint8Array, mediaType: string, known: readonly Certificate[] = []): OpenEnvelope {
  if (mediaType !== jwsMediaType) refuse('media-type', `envelopes of type '${sanitizeText(mediaType, 80)}' cannot be read`);
  const envelope = parseJwsEnvelope(bytes);
  const attributes = parseProtectedHeader(envelope.protected);
  if (attributes.contentType !== payloadType)
    refuse('content-type', `payloads of type '${sanitizeText(attributes.contentType, 80)}' are not Notary payloads`);
  return openParts(envelope, attributes, known);
}
