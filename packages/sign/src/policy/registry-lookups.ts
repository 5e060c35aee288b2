import type { CallOptions, Clock } from '@securosys/core';
import type { CosignTrust } from '@securosys/cosign';

/** A statement whose signature was verified. */
export interface FoundStatement {
  readonly predicateType: string;
  readonly predicate: Readonly<Record<string, unknown>>;
}

/** What is asked of a registry about one image. */
export interface RegistryQuestion {
  /** `repository@digest`. */
  readonly reference: string;
  readonly clock: Clock;
  readonly call: CallOptions;
}

/** What rules ask a registry. Every answer was verified; what could not be found out is an error. */
export interface RegistryLookups {
  /** Statements of one type that trusted keys have signed; empty when there is none. @throws SignError those of the registry */
  statements(
    question: RegistryQuestion,
    trust: CosignTrust | AttestationKeys,
    predicateType: string,
  ): Promise<readonly FoundStatement[]>;
  /** Whether a key has made another signature of the image in a format. @throws SignError those of the registry; `ERR_LIMIT` when there is too much to look at */
  isSigned(question: RegistryQuestion, asked: SignatureQuestion): Promise<boolean>;
}

/** A signature that may be there already. */
export interface SignatureQuestion {
  readonly format: string;
  /** SubjectPublicKeyInfo of the key, DER. */
  readonly spki: Uint8Array;
  /** Of an attestation. */
  readonly predicateType?: string;
  /** Of the one that is about to be made, where its format has a time. */
  readonly signedAt?: string;
  /** That it is about to carry. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of the bytes that are about to be signed, hex. */
  readonly messageSha256?: string;
}

/** Keys that a policy names by themselves. */
export interface AttestationKeys {
  readonly kind: 'keys';
  /** PEM. */
  readonly publicKeys: readonly string[];
  /** How many of them have to have signed. */
  readonly threshold: number;
}
