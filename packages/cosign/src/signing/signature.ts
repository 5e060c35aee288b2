import type { Descriptor } from '@securosys/core';

/** How a signature is stored: `.sig` and `.att` tags that every cosign reads, or a sigstore bundle as referrer (`cosign.md` §1). */
export type CosignShape = 'legacy' | 'bundle';

/** A simple-signing payload and the signature over it (§3). */
export interface LegacySignature {
  /** The exact bytes that were signed. */
  readonly payload: Uint8Array;
  /** ECDSA as DER, RSA as long as the modulus, Ed25519 64 bytes. */
  readonly signature: Uint8Array;
  /** RFC 3161 TimeStampResp over the signature, DER. */
  readonly timestamp?: Uint8Array;
}

/** A DSSE envelope with one signature over its pre-authentication encoding (§5.2). */
export interface DsseSignature {
  /** The exact statement, JSON. */
  readonly payload: Uint8Array;
  /** As in {@link LegacySignature}. */
  readonly signature: Uint8Array;
  /** SHA-256 of the SubjectPublicKeyInfo, 32 bytes: the bundle's hint. */
  readonly keyHint: Uint8Array;
  /** RFC 3161 TimeStampResp over the signature, DER: what a bundle holds. */
  readonly timestamp?: Uint8Array;
  /** RFC 3161 TimeStampResp over the JSON of the envelope, DER: what an `.att` layer holds (§13). */
  readonly envelopeTimestamp?: Uint8Array;
}

/** The signature of one image, in one shape or both. */
export interface CosignSignature {
  readonly kind: 'signature';
  readonly subject: Descriptor;
  readonly legacy?: LegacySignature;
  readonly bundle?: DsseSignature;
}

/** One attestation about an image: one signature, stored in one shape or both. */
export interface CosignAttestation {
  readonly kind: 'attestation';
  readonly subject: Descriptor;
  readonly predicateType: string;
  readonly shapes: readonly CosignShape[];
  readonly envelope: DsseSignature;
}

/** The signature of a blob (§8): detached, and as a message-signature bundle. */
export interface CosignBlobSignature {
  readonly kind: 'blob';
  /** Media type `application/octet-stream` unless said otherwise. */
  readonly subject: Descriptor;
  /** As in {@link LegacySignature}. */
  readonly signature: Uint8Array;
  /** Hash that was signed, for the bundle's `messageDigest`. Always SHA-256 for Ed25519. */
  readonly messageDigest: { readonly algorithm: 'sha256' | 'sha384' | 'sha512'; readonly digest: Uint8Array };
  readonly keyHint: Uint8Array;
  readonly timestamp?: Uint8Array;
}
