import {
  base64Text,
  type Descriptor,
  type JsonValue,
  knownOptions,
  SignError,
  sanitizeText,
  sha256Hex,
  verifySignature,
} from '@securosys/core';
import { type Certificate, nameText, parseName } from '@securosys/pki';
import { type EnvelopeMediaType, payloadType } from '../constants.js';
import { refuse } from '../refusal.js';
import { attributeJson } from './attribute-json.js';
import type { EncodedEnvelope } from './envelope-codec.js';
import { checkCompatibility, checkEnvelopeBytes, type EnvelopeCompatibility } from './envelope-options.js';
import { leafAlgorithm } from './leaf-algorithm.js';
import type { NotaryAlgorithm } from './notary-algorithms.js';
import { chainOf, codecFor } from './open-envelope.js';
import { parsePayload } from './payload.js';
import type { AttributeName, SigningScheme } from './signed-attributes.js';

/** A certificate of an envelope, in plain data. */
export interface InspectedCertificate {
  /** RFC 4514 text; foreign text. */
  readonly subject: string;
  /** RFC 4514 text; foreign text. */
  readonly issuer: string;
  /** Lower-case hex without sign octet. */
  readonly serial: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** SHA-256 of the DER, lower-case hex. */
  readonly thumbprint: string;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hex. */
  readonly spkiSha256: string;
}

/** An extended attribute, in plain data. */
export interface InspectedAttribute {
  readonly name: AttributeName;
  /** JSON; what JSON does not have is `{"$bytes": hex}`, `{"$integer": decimal}` or `{"$map": [[key, value], …]}`. */
  readonly value: JsonValue;
  readonly critical: boolean;
}

/** All that an envelope says, in plain data that `JSON.stringify` writes whole. Nothing in it has been verified but what says so. */
export interface InspectedEnvelope {
  readonly mediaType: EnvelopeMediaType;
  readonly algorithm: NotaryAlgorithm;
  readonly contentType: string;
  readonly scheme: SigningScheme;
  /** Milliseconds since 1970: the signer's claim, or the authority's. */
  readonly signedAt: number;
  /** Milliseconds since 1970; absent: never expires. */
  readonly expiresAt?: number;
  /** In the order of the envelope; those of verification plugins are among them. */
  readonly attributes: readonly InspectedAttribute[];
  /** What was signed, with its annotations; foreign text. */
  readonly subject: Descriptor;
  /** Nobody signed it; foreign text. */
  readonly signingAgent?: string;
  /** Leaf first, as found. */
  readonly certificates: readonly InspectedCertificate[];
  /** RFC 3161 TimeStampToken, DER in base64, unchecked. */
  readonly timestamp?: string;
  /** Signature bytes in base64, ECDSA as r‖s. */
  readonly signature: string;
  /** Whether the signature belongs to these bytes and the first certificate. That says nothing about the chain, time or trust. */
  readonly signatureValid: boolean;
}

function certificateData(certificate: Certificate): InspectedCertificate {
  const { subjectText: subject, issuerDer, serial, notBefore, notAfter, thumbprint, spki } = certificate;
  return {
    subject,
    issuer: nameText(parseName(issuerDer)),
    serial,
    notBefore,
    notAfter,
    thumbprint,
    spkiSha256: sha256Hex(spki),
  };
}

function isValid({ attributes, signingInput, signature }: EncodedEnvelope, leaf: Certificate): boolean {
  try {
    const algorithm = leafAlgorithm(leaf);
    return attributes.algorithm === algorithm && verifySignature(leaf.publicKey, algorithm, signingInput, signature);
  } catch (error) {
    // A key that no Notary signature can have, or that the runtime cannot read, has signed nothing.
    if (SignError.is(error, 'ERR_ALGORITHM_UNSUPPORTED') || SignError.is(error, 'ERR_MALFORMED')) return false;
    throw error;
  }
}

/**
 * Shows all that an envelope holds, without a policy and without trust: for listings and for people who look for what is wrong. An
 * envelope whose signature, chain or times are bad is shown all the same; what cannot be read is refused as {@link openEnvelope} does.
 *
 * @example
 * ```ts
 * import { inspectEnvelope } from '@securosys/notation-envelope';
 * declare const envelope: Uint8Array;
 * const { certificates, signatureValid } = inspectEnvelope(envelope, 'application/cose');
 * console.log(certificates[0]?.thumbprint, signatureValid);
 * ```
 * @param mediaType what its descriptor or file name says it is
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`; `ERR_INVALID_ARGUMENT` for options that are not known, and an envelope that is no `Uint8Array`
 */
export function inspectEnvelope(
  bytes: Uint8Array,
  mediaType: string,
  options: { compatibility?: EnvelopeCompatibility } = {},
): InspectedEnvelope {
  knownOptions('inspectEnvelope', options, ['compatibility']);
  checkCompatibility(options.compatibility);
  checkEnvelopeBytes(bytes);
  const codec = codecFor(mediaType);
  const envelope = codec.parse(bytes, options.compatibility);
  const { attributes, timestamp, signingAgent } = envelope;
  if (attributes.contentType !== payloadType)
    refuse('content-type', `payloads of type '${sanitizeText(attributes.contentType, 80)}' are not Notary payloads`);
  const chain = chainOf(envelope, codec.format, {});
  return {
    mediaType: codec.mediaType,
    algorithm: attributes.algorithm,
    contentType: attributes.contentType,
    scheme: attributes.scheme,
    signedAt: attributes.signingTime,
    ...(attributes.expiry !== undefined && { expiresAt: attributes.expiry }),
    attributes: [...attributes.extended].map(([name, value]) => ({
      name,
      value: attributeJson(value),
      critical: attributes.criticalExtended.includes(name),
    })),
    subject: parsePayload(envelope.payload),
    ...(signingAgent !== undefined && { signingAgent }),
    certificates: chain.map(certificateData),
    ...(timestamp && { timestamp: base64Text(timestamp) }),
    signature: base64Text(envelope.signature),
    signatureValid: isValid(envelope, chain[0]),
  };
}
