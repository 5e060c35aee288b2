import { type Descriptor, isoSeconds } from '@securosys/core';
import type { Certificate } from '@securosys/pki';
import { createdAnnotation, type EnvelopeMediaType, thumbprintAnnotation } from '../constants.js';
import type { OpenEnvelope } from '../envelope/open-envelope.js';

/** A finished and checked Notary signature, ready to be attached. */
export interface NotationSignature {
  /** The envelope, byte for byte as it is stored. */
  readonly envelope: Uint8Array;
  readonly mediaType: EnvelopeMediaType;
  /** What is signed: media type, digest, size and signed annotations. */
  readonly subject: Descriptor;
  /** Annotations of the signature manifest: thumbprints of the chain, and when it was created. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly signedAt: number;
  /** Milliseconds since 1970; absent: never expires. */
  readonly expiresAt?: number;
  /** When all certificates of the chain are valid together, in milliseconds since 1970. */
  readonly certificatesValid: { readonly notBefore: number; readonly notAfter: number };
}

/** Manifest annotations of a signature (`notation.md` §11.1): JSON list of hex SHA-256, leaf first; signing time in UTC. */
export function signatureAnnotations(chain: readonly Certificate[], signedAt: number): Readonly<Record<string, string>> {
  return {
    [thumbprintAnnotation]: JSON.stringify(chain.map((certificate) => certificate.thumbprint)),
    [createdAnnotation]: isoSeconds(signedAt),
  };
}

/** Describes an envelope that has passed the integrity check. */
export function describeSignature(
  envelope: Uint8Array,
  { attributes, subject, chain, mediaType }: OpenEnvelope,
): NotationSignature {
  return {
    envelope,
    mediaType,
    subject,
    annotations: signatureAnnotations(chain, attributes.signingTime),
    signedAt: attributes.signingTime,
    ...(attributes.expiry !== undefined && { expiresAt: attributes.expiry }),
    certificatesValid: {
      notBefore: Math.max(...chain.map((certificate) => certificate.notBefore)),
      notAfter: Math.min(...chain.map((certificate) => certificate.notAfter)),
    },
  };
}
