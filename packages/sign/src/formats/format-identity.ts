import type { HashName, JsonObject } from '@securosys/core';
import type { CosignShape } from '@securosys/cosign';
import type { ExtendedAttribute } from '@securosys/notation-envelope';

/** What not every format can be asked for, as a signing request keeps it. Which members a request may have, its format says. */
export interface FormatIdentity {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly expirySeconds?: number;
  /** Extended attributes, as the caller gave them. */
  readonly attributes?: readonly ExtendedAttribute[];
  /** The unsigned signing agent, where the caller named one. */
  readonly signingAgent?: string;
  /** Generation of the signature's manifest, where the caller named one. */
  readonly style?: 'artifact-type' | 'config';
  /** Of a manifest whose digest is all that is signed. */
  readonly manifest?: { readonly mediaType: string; readonly size: number };
  /** How a cosign signature is stored, `legacy` first. */
  readonly shapes?: readonly CosignShape[];
  /** Where the key leaves a choice. */
  readonly digestAlgorithm?: HashName;
  /** What a simple-signing payload names, where the caller said so. */
  readonly dockerReference?: string;
  /** Repository of the signatures, where it is not that of the image. */
  readonly signatureRepository?: string;
  /** URI of what an attestation says. */
  readonly predicateType?: string;
  /** SHA-256 of the predicate in canonical JSON, 64 hex characters. */
  readonly predicateSha256?: string;
  /** What a format of the caller was asked for. */
  readonly options?: JsonObject;
}
