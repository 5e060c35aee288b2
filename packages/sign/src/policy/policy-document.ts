import type { PolicyPurpose } from './purposes.js';

/** A signing policy as it is written. The JSON Schema is `docs/schemas/signing-policy-1.json`; `docs/guides/signing-policy.md` explains it. */
export interface SigningPolicyDocument {
  readonly version: 1;
  /** At most 100. Nothing is allowed that no rule is about. */
  readonly rules: readonly SigningPolicyRule[];
}

/** One rule. */
export interface SigningPolicyRule {
  /** Refusals name it: up to 100 characters, different from the others'. */
  readonly name: string;
  /**
   * Which uses of keys the rule is about. Absent: `sign` alone. `decrypt` and `derive` open encrypted images, with RSA and with EC keys;
   * `audit-checkpoint` confirms an audit log.
   */
  readonly purposes?: readonly PolicyPurpose[];
  /** What the rule is about: everything that is said here has to hold. Absent: every use for its purposes. */
  readonly when?: SigningPolicyConditions;
  /** What it demands of that, all of it. An empty object demands nothing. */
  readonly require: SigningPolicyRequirements;
}

/** What can be known of every signature. Lists name alternatives. */
export interface SigningPolicyConditions {
  /** Patterns such as `registry.example/prod/*`: `*` within a part, `**` for one or more whole parts. */
  readonly repositories?: readonly string[];
  /** Patterns such as `v*` over the tag by which the image was named. */
  readonly tags?: readonly string[];
  readonly keys?: readonly SigningPolicyKey[];
  /** Ids such as `notation-jws`, `notation-cose`, `cosign`, `cosign-attestation`; `opaque` for blobs. */
  readonly formats?: readonly string[];
}

/** A key by its public half, or an AES key by its check value. Labels can be given again, so a label alone has to be meant. */
export type SigningPolicyKey =
  | {
      /** SHA-256 of the SubjectPublicKeyInfo, 64 lower-case hex characters. */
      readonly spkiSha256: string;
      readonly label?: string;
    }
  | {
      /** Of an AES key, which has no public half: as `describeSymmetricKey` gives it, 64 lower-case hex characters. */
      readonly checkSha256: string;
      readonly label?: string;
    }
  | { readonly label: string; readonly labelAlone: true };

/** Everything that a rule can demand. An empty list allows nobody. */
export interface SigningPolicyRequirements extends SigningPolicyConditions {
  /** A duration such as `90d`, `12h`, `30m` or `45s` from signing time to expiry. Formats without an expiry are refused. */
  readonly maxValidity?: string;
  readonly requireExpiry?: true;
  /** Of decryptions: a trusted signature of the encrypted image was found before. */
  readonly requireTrusted?: true;
  /** Signed annotations: a text that has to be there exactly, or `true` for any text that is not empty. */
  readonly annotations?: Readonly<Record<string, string | true>>;
  readonly times?: readonly SigningPolicyTimes[];
  /** Every one of them has to be there. */
  readonly attestations?: readonly SigningPolicyAttestation[];
  /** The key has made no other signature of the same image in the same format; for an attestation, of the same predicate type. */
  readonly notAlreadySigned?: true;
  /** Names of checks that the caller gives. */
  readonly custom?: readonly string[];
}

/** Hours of some days of the week. */
export interface SigningPolicyTimes {
  /** `mon` to `sun`. Default: all. */
  readonly days?: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
  /** `HH:MM`. Default `00:00`. */
  readonly from?: string;
  /** `HH:MM`, the first minute that is outside. Default `24:00`. */
  readonly to?: string;
  /** IANA name, for example `Europe/Zurich` or `UTC`. Its summer time counts. */
  readonly timeZone: string;
}

/** An attestation that others have made of the image. */
export interface SigningPolicyAttestation {
  /** A URI, or one of cosign's short names, for example `slsaprovenance1`. */
  readonly predicateType: string;
  /** Of provenance: exact ids, one of which has built the image. */
  readonly builders?: readonly string[];
  /** Public keys in PEM, whose attestations count. Default: `trust` of the caller. */
  readonly keys?: readonly string[];
  /** How many of the keys have to have signed. Default 1. */
  readonly threshold?: number;
}
