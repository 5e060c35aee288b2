import type { Descriptor, SignatureAlgorithm } from '@securosys/core';
import type { CosignShape } from '../signing/signature.js';
import type { InTotoStatement } from '../statement/statement.js';
import type { TypedPredicate } from '../statement/typed-predicate.js';
import type { CosignSignatureReason, CosignVerdictReason, Reason } from './reasons.js';

/** A trusted key that made a signature. */
export interface CosignSigner {
  /** As the trust names it. */
  readonly name?: string;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hex. */
  readonly spkiSha256: string;
  readonly algorithm: SignatureAlgorithm;
}

/** A timestamp that was verified, in plain data. */
export interface CosignTimestamp {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Milliseconds around `time` within which the time lies. */
  readonly accuracyMs: number;
  /** RFC 4514 text of the authority's certificate, made safe to show. */
  readonly authority: string;
}

/** Where one signature was found. */
export interface CosignSource {
  /** `legacy`: a layer behind a `.sig` or `.att` tag, or a detached file. */
  readonly shape: CosignShape;
  /** Digest of the manifest that holds it; absent for files. */
  readonly manifest?: string;
  /** Digest of the payload, the envelope or the bundle; absent for files, and when not even that is known. */
  readonly blob?: string;
}

/** A signature that counts. */
export interface GoodCosignSignature extends CosignSource {
  readonly status: 'good';
  readonly signer: CosignSigner;
  /** Type of the signed statement; absent for a legacy signature and for a blob. */
  readonly predicateType?: string;
  /** The texts among the signed annotations. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly timestamp?: CosignTimestamp;
}

/** A signature that does not count. */
export interface RefusedCosignSignature extends CosignSource {
  readonly status: 'refused';
  readonly reason: Reason<CosignSignatureReason>;
  /** Who made it, when a trusted key did. */
  readonly signer?: CosignSigner;
}

/** What was found about one signature. */
export type CosignSignatureResult = GoodCosignSignature | RefusedCosignSignature;

/** What every report says, whatever the verdict. */
export interface CosignFindings {
  readonly kind: 'cosign';
  /** What was asked about: media type, digest and size of the manifest; of a blob the digest and, unless only that was given, the size. */
  readonly subject: Pick<Descriptor, 'digest'> & Partial<Descriptor>;
  /** Every signature that was looked at, in the order in which it was found. */
  readonly signatures: readonly CosignSignatureResult[];
  /** Limits that ended the search early, one sentence each. */
  readonly limits: readonly string[];
}

/**
 * The verdict. Compare `verdict`: a report is an object and never falsy, and no member of it means yes or no by itself (S24).
 */
export type CosignReport =
  | (CosignFindings & {
      readonly verdict: 'trusted';
      /** Distinct keys whose signatures count; as many as the threshold, or more. */
      readonly signers: readonly CosignSigner[];
    })
  | (CosignFindings & { readonly verdict: 'not-trusted'; readonly reason: Reason<CosignVerdictReason> });

/** A statement that as many distinct keys as the threshold demands have signed. */
export interface TrustedStatement {
  /** Its subjects are those that as many keys as the threshold demands have named alike; at least what was asked about. */
  readonly statement: InTotoStatement;
  /** Its predicate by the short name of its type, where it has what that type cannot do without. */
  readonly typed: TypedPredicate;
  /** Distinct keys that said this predicate of what was asked about. */
  readonly signers: readonly CosignSigner[];
}

/** The verdict on attestations; see {@link CosignReport}. */
export type CosignAttestationReport =
  | (CosignFindings & {
      readonly verdict: 'trusted';
      readonly signers: readonly CosignSigner[];
      /** At least one. Statements of too few keys are not here. */
      readonly statements: readonly TrustedStatement[];
    })
  | (CosignFindings & { readonly verdict: 'not-trusted'; readonly reason: Reason<CosignVerdictReason> });
