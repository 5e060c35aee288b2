import { type Descriptor, equalBytes, ownBytes, type SignatureAlgorithm, sanitizeText, verifySignature } from '@securosys/core';
import { type Certificate, checkNotaryChain, parseCertificate } from '@securosys/pki';
import { type EnvelopeMediaType, payloadType } from '../constants.js';
import { refuse } from '../refusal.js';
import type { SignerChain } from './chain-cache.js';
import { isChainCache } from './chain-cache.js';
import { codecOf, type EncodedCertificate, type EncodedEnvelope, type EnvelopeCodec } from './envelope-codec.js';
import { checkEnvelopeBytes, checkOpenOptions, type OpenEnvelopeOptions } from './envelope-options.js';
import { leafAlgorithm } from './leaf-algorithm.js';
import { parsePayload } from './payload.js';
import type { SignedAttributes } from './signed-attributes.js';

/** An envelope whose signature is good and whose chain is well formed. That says nothing about who is trusted. */
export interface OpenEnvelope {
  readonly attributes: SignedAttributes;
  /** The signed payload's target. */
  readonly subject: Descriptor;
  /** Leaf first, root last. */
  readonly chain: SignerChain;
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

/** The codec of a media type. @throws SignError `ERR_MALFORMED` */
export function codecFor(mediaType: string): EnvelopeCodec {
  return codecOf(mediaType) ?? refuseMediaType(mediaType);
}

/** @throws SignError `ERR_MALFORMED` always */
export function refuseMediaType(mediaType: string): never {
  return refuse('media-type', `envelopes of type '${sanitizeText(String(mediaType), 80)}' cannot be read`);
}

function read({ der }: EncodedCertificate, known: readonly Certificate[]): Certificate {
  const bytes = der();
  return known.find((certificate) => equalBytes(certificate.der, bytes)) ?? parseCertificate(bytes);
}

/** Certificates of an envelope, those that are known as the objects that they are already. */
export function chainOf(
  { certificates }: EncodedEnvelope,
  format: EnvelopeCodec['format'],
  options: OpenEnvelopeOptions,
): SignerChain {
  const { cache, certificates: known = [] } = options;
  const chain = certificates.map((certificate) =>
    isChainCache(cache) ? cache.certificate(format, certificate.key, () => read(certificate, known)) : read(certificate, known),
  );
  return chain as [Certificate, ...Certificate[]];
}

function checkChain(chain: SignerChain, { cache, compatibility }: OpenEnvelopeOptions): void {
  const allowUnknownCritical = compatibility?.unknownCriticalExtensions === true;
  if (isChainCache(cache)) cache.check(chain, allowUnknownCritical);
  else checkNotaryChain(chain, { purpose: 'code-signing', allowUnknownCritical });
}

/** An envelope that was read and whose certificates are known; nothing about it is proven. */
export interface ReadEnvelope {
  readonly codec: EnvelopeCodec;
  readonly envelope: EncodedEnvelope;
  readonly chain: SignerChain;
  readonly algorithm: SignatureAlgorithm;
}

/** First third of {@link openEnvelope}: strict parsing, and the algorithm that the leaf's key demands. */
export function readEnvelope(bytes: Uint8Array, codec: EnvelopeCodec, options: OpenEnvelopeOptions): ReadEnvelope {
  const envelope = codec.parse(bytes, options.compatibility);
  const { attributes } = envelope;
  if (attributes.contentType !== payloadType)
    refuse('content-type', `payloads of type '${sanitizeText(attributes.contentType, 80)}' are not Notary payloads`);
  const chain = chainOf(envelope, codec.format, options);
  // The certificate's key decides the algorithm; the header may only agree with it (S21).
  const algorithm = leafAlgorithm(chain[0]);
  if (attributes.algorithm !== algorithm)
    refuse('algorithm', `the header's algorithm does not belong to the signing key, which demands ${algorithm}`);
  return { codec, envelope, chain, algorithm };
}

/** Second third: the signature with the leaf's key, PSS salt as long as the hash. @throws SignError `ERR_SIGNATURE_MISMATCH` */
export function checkReadSignature({ envelope, chain, algorithm }: ReadEnvelope): void {
  checkSignature(chain[0], algorithm, envelope.signingInput, envelope.signature);
}

/** Last third, once the signature is good: the chain rules of §8, and the payload. */
export function openedEnvelope({ codec, envelope, chain }: ReadEnvelope, options: OpenEnvelopeOptions): OpenEnvelope {
  const { attributes, timestamp, signingAgent } = envelope;
  checkChain(chain, options);
  return {
    attributes,
    subject: parsePayload(envelope.payload),
    chain,
    mediaType: codec.mediaType,
    signature: ownBytes(envelope.signature),
    ...(timestamp && { timestamp: ownBytes(timestamp) }),
    ...(signingAgent !== undefined && { signingAgent }),
  };
}

/**
 * The integrity check of `notation.md` §5.1, §6.1 and §15.2 step 1: strict parsing, the signature with the leaf's key and the
 * algorithm that this key demands (PSS salt as long as the hash), the chain rules of §8, content type and payload.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_SIGNATURE_MISMATCH`, `ERR_CHAIN_INVALID`;
 * `ERR_INVALID_ARGUMENT` for options that are not known, and an envelope that is no `Uint8Array`
 */
export function openEnvelope(bytes: Uint8Array, mediaType: string, options: OpenEnvelopeOptions = {}): OpenEnvelope {
  checkOpenOptions(options);
  checkEnvelopeBytes(bytes);
  const read = readEnvelope(bytes, codecFor(mediaType), options);
  checkReadSignature(read);
  return openedEnvelope(read, options);
}
